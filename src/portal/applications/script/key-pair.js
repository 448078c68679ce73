/*
 * Makes a key pair in the browser (PTL-116): the private key is saved to a file by the browser and never put into the form, the public key set
 * is. Without this script the page asks for a key set made elsewhere.
 */
(() => {
  const panel = document.querySelector('[data-key-pair]');
  const field = document.querySelector('[data-key-set]');
  if (panel === null || field === null || window.crypto?.subtle === undefined) return;
  const button = panel.querySelector('button');
  const status = panel.querySelector('[role="status"]');
  const save = panel.querySelector('a');
  const base64url = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  const pem = (bytes) => {
    const lines = btoa(String.fromCharCode(...new Uint8Array(bytes)))
      .match(/.{1,64}/g)
      .join('\n');
    return `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
  };

  /** The thumbprint of RFC 7638: a name that no other key has. */
  async function thumbprint({ e, kty, n }) {
    return base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify({ e, kty, n }))));
  }

  async function make() {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-512' };
    const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const { kty, n, e } = await crypto.subtle.exportKey('jwk', pair.publicKey);
    const kid = await thumbprint({ e, kty, n });
    const privateKey = pem(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
    save.href = URL.createObjectURL(new Blob([privateKey], { type: 'application/x-pem-file' }));
    save.download = `${panel.dataset.keyPair}-${kid.slice(0, 8)}.private-key.pem`;
    save.hidden = false;
    field.value = JSON.stringify({ keys: [{ kty, n, e, alg: 'RS512', use: 'sig', kid }] }, null, 2);
    status.textContent = `The key pair ${kid} is made. Save the private key now: it is in this page only, and is not sent to LocalSpine.`;
    save.focus();
  }

  panel.hidden = false;
  button.addEventListener('click', async () => {
    button.disabled = true;
    status.textContent = 'Making a key pair of 4096 bits. This takes a few seconds.';
    try {
      await make();
    } catch (error) {
      status.textContent = `The browser could not make a key pair: ${error}. Use "npx localspine key create" instead.`;
    } finally {
      button.disabled = false;
    }
  });
})();
