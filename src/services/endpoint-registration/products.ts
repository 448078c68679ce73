/** The manufacturer, product and version register (PTL-009). */
import type { Db } from '../../kernel/store/store.ts';
import { namedInteraction, type Product } from '../directory/index.ts';
import { requireDuty } from './access.ts';
import type { Actor } from './model.ts';
import { FieldsRefusal, type NewProduct, productFaults } from './rules.ts';
import { audit, type RegistrationWorld } from './world.ts';

/** Registers a product, or a new version of one. Throws FieldsRefusal 422, LocalRefusal 403. */
export async function registerProduct(world: RegistrationWorld, tx: Db, actor: Actor, wish: NewProduct): Promise<Product> {
  requireDuty(actor, 'endpoint-administrator', wish.manufacturerOdsCode);
  const { register } = world.directory;
  const unknown: string[] = [];
  for (const id of new Set([...wish.messageSet, ...wish.additionalInteractions]))
    if ((await register.interaction(tx, id)) === undefined) unknown.push(id);
  const faults = productFaults(wish, {
    manufacturer: await world.directory.organisation(tx, wish.manufacturerOdsCode),
    existing: await register.products(tx, { manufacturerOdsCode: wish.manufacturerOdsCode }),
    unknown,
  });
  if (faults.length > 0) throw new FieldsRefusal(faults);
  const product: Product = { ...wish, productKey: await world.directory.allocation.nextProductKey(tx) };
  await register.saveProduct(tx, product, { actor: actor.id, at: world.clock.now() });
  await audit(world, tx, actor, 'register-product', product.productKey, `${product.name} ${product.version}`);
  return product;
}

/** Makes an interaction known to the register; an operator's act. Its pattern follows from its name. */
export async function addInteraction(world: RegistrationWorld, tx: Db, actor: Actor, serviceName: string, action: string): Promise<string> {
  requireDuty(actor, 'approver');
  const interaction = namedInteraction(serviceName, action);
  await world.directory.register.saveInteraction(tx, interaction, { actor: actor.id, at: world.clock.now() });
  await audit(world, tx, actor, 'add-interaction', interaction.interactionId);
  return interaction.interactionId;
}
