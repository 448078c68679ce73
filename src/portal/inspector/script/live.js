/* Keeps the journal up to date while it is looked at. Without it, the page is renewed by its link. */
(() => {
  const table = document.querySelector('[data-live-rows]');
  const bar = document.querySelector('[data-live]');
  if (table === null || bar === null || table.dataset.after === undefined) return;
  const SECOND = 1000;
  const MOST_ROWS = 300;
  const url = new URL(table.dataset.liveRows, location.href);
  let after = table.dataset.after;
  let paused = false;
  let pause = SECOND;

  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'nhsuk-button nhsuk-button--secondary nhsuk-button--small';
  const says = document.createElement('p');
  says.setAttribute('role', 'status');
  const tell = (text) => {
    if (says.textContent !== text) says.textContent = text;
  };
  const show = () => {
    button.textContent = paused ? 'Go on' : 'Pause';
    tell(paused ? 'Paused' : 'New exchanges appear by themselves');
  };
  button.addEventListener('click', () => {
    paused = !paused;
    show();
    if (!paused) void look();
  });
  for (const each of document.querySelectorAll('[data-without-live]')) each.hidden = true;
  bar.append(button, says);
  show();

  async function look() {
    if (paused || document.hidden) return;
    try {
      url.searchParams.set('after', after);
      const reply = await fetch(url, { headers: { accept: 'text/html' }, credentials: 'same-origin' });
      if (!reply.ok) throw new Error(String(reply.status));
      const last = reply.headers.get('localspine-last');
      pause = SECOND;
      if (last === null) return;
      after = last;
      const fresh = new DOMParser()
        .parseFromString(`<table><tbody>${await reply.text()}</tbody></table>`, 'text/html')
        .querySelectorAll('tbody tr');
      const body = table.tBodies[0];
      body.prepend(...fresh);
      while (body.rows.length > MOST_ROWS) body.deleteRow(-1);
      for (const each of document.querySelectorAll('[data-empty]')) each.hidden = true;
      table.hidden = false;
      tell(`${fresh.length} new ${fresh.length === 1 ? 'exchange' : 'exchanges'}`);
    } catch {
      pause = Math.min(pause * 2, 30 * SECOND);
      tell('LocalSpine does not answer; trying again');
    }
  }

  const turn = async () => {
    await look();
    setTimeout(turn, pause);
  };
  setTimeout(turn, pause);
  document.addEventListener('visibilitychange', () => void look());
})();
