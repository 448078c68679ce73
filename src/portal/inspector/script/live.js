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
  // The timer, the button and the window coming back may all ask at once: one of them looks.
  let busy = false;

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
    if (busy) return;
    busy = true;
    try {
      let added = 0;
      let more = true;
      // What does not fit into one answer is fetched at once: a page that waited in between would fall behind for good.
      while (more && !paused && !document.hidden) {
        const [count, waits] = await next();
        added += count;
        more = waits;
        if (added > 0) tell(`${added} new ${added === 1 ? 'exchange' : 'exchanges'}`);
      }
      pause = SECOND;
    } catch {
      pause = Math.min(pause * 2, 30 * SECOND);
      tell('LocalSpine does not answer; trying again');
    } finally {
      busy = false;
    }
  }

  /** Adds what has come since; how much that was, and whether there is more. */
  async function next() {
    url.searchParams.set('after', after);
    const reply = await fetch(url, { headers: { accept: 'text/html' }, credentials: 'same-origin' });
    if (!reply.ok) throw new Error(String(reply.status));
    const last = reply.headers.get('localspine-last');
    if (last === null) return [0, false];
    const fresh = new DOMParser()
      .parseFromString(`<table><tbody>${await reply.text()}</tbody></table>`, 'text/html')
      .querySelectorAll('tbody tr');
    after = last;
    const body = table.tBodies[0];
    body.prepend(...fresh);
    while (body.rows.length > MOST_ROWS) body.deleteRow(-1);
    for (const each of document.querySelectorAll('[data-empty]')) each.hidden = true;
    table.hidden = false;
    return [fresh.length, reply.headers.get('localspine-more') === '1'];
  }

  const turn = async () => {
    await look();
    setTimeout(turn, pause);
  };
  setTimeout(turn, pause);
  document.addEventListener('visibilitychange', () => void look());
})();
