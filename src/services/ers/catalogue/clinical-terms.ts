/**
 * The clinical terms by which services can be searched: e-RS keeps a dictionary of its own, of which this is a small part
 * (SNOMED_NOT_FOUND, ers.md §7.3). SNOMED CT concept ids; 1003 is the one in the published samples.
 */
export const CLINICAL_TERMS: ReadonlyMap<string, string> = new Map([
  ['1003', 'Cardiac failure'],
  ['84114007', 'Heart failure'],
  ['194828000', 'Angina'],
  ['49436004', 'Atrial fibrillation'],
  ['38341003', 'Hypertension'],
  ['55822004', 'Hyperlipidaemia'],
  ['195967001', 'Asthma'],
  ['13645005', 'Chronic obstructive lung disease'],
  ['73211009', 'Diabetes mellitus'],
  ['44054006', 'Type 2 diabetes mellitus'],
  ['37796009', 'Migraine'],
  ['84757009', 'Epilepsy'],
  ['49049000', "Parkinson's disease"],
  ['43116000', 'Eczema'],
  ['9014002', 'Psoriasis'],
  ['69896004', 'Rheumatoid arthritis'],
  ['396275006', 'Osteoarthritis'],
  ['161891005', 'Backache'],
  ['90560007', 'Gout'],
  ['193570009', 'Cataract'],
  ['23986001', 'Glaucoma'],
  ['15188001', 'Hearing loss'],
  ['60862001', 'Tinnitus'],
  ['35489007', 'Depressive disorder'],
  ['197480006', 'Anxiety disorder'],
  ['396232000', 'Inguinal hernia'],
  ['271737000', 'Anaemia'],
  ['709044004', 'Chronic kidney disease'],
]);
