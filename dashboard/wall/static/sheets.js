// All slides on paper: one a landscape sheet, light whatever the screen shows. Taken away again after printing.

import { dispose, element, settle, slide } from './draw.js';

const RATIO = Math.SQRT2; // of a sheet's sides
const WIDTH = 1122; // CSS pixels of an A4 sheet lying on its side

/** Lay out `payload` on sheets and print them. `look`: palette, width of the stage, words(n) for what is left out, place(n, count). */
export async function printAll(payload, look) {
  if (document.getElementById('sheets')) return;
  const host = element('div');
  host.id = 'sheets';
  for (const [name, colour] of Object.entries(look.palette)) host.style.setProperty(`--${name}`, colour);
  document.body.append(host);
  for (const [index, content] of payload.slides.entries()) {
    const sheet = element('div', 'sheet'), room = element('div', 'room'), foot = element('div', 'foot');
    sheet.style.cssText = `width: ${look.width}px; height: ${Math.floor(look.width / RATIO)}px; zoom: ${WIDTH / look.width};`;
    const section = slide(content, content.label);
    section.classList.add('shown', 'still');
    room.append(section);
    foot.append(element('span', '', [payload.bureau, ...payload.facts, ...look.marks].filter(Boolean).join(' · ')));
    foot.append(element('span', '', look.place(index + 1, payload.slides.length)));
    sheet.append(room, foot);
    host.append(sheet);
    await settle(section, content, look.more);
  }
  addEventListener('afterprint', () => {
    host.querySelectorAll('.slide').forEach(dispose);
    host.remove();
  }, { once: true });
  window.print();
}
