() => {
  const bad = [];
  const root = document.scrollingElement;
  if (root.scrollHeight > root.clientHeight || root.scrollWidth > root.clientWidth) bad.push('page scrolls');
  const stage = document.getElementById('stage');
  if (stage.scrollHeight > stage.clientHeight + 1 || stage.scrollWidth > stage.clientWidth + 1) bad.push('stage scrolls');
  const slide = document.querySelector('.slide.shown');
  const host = slide.getBoundingClientRect();
  for (const each of slide.querySelectorAll('h1, p, h2, .tile, .tile *, td, th, li, li *, .chart, table')) {
    if (each.closest('svg')) continue;
    const box = each.getBoundingClientRect();
    if (!box.width) continue;
    const name = `${each.tagName}.${each.className} "${(each.textContent||'').slice(0,24)}"`;
    if (box.left < host.left - 1 || box.right > host.right + 1 || box.top < host.top - 1 || box.bottom > host.bottom + 1) bad.push('outside: ' + name);
    const parent = each.closest('.tile, li');
    if (parent && parent !== each) {
      const around = parent.getBoundingClientRect();
      if (box.right > around.right + 1 || box.bottom > around.bottom + 1) bad.push('out of its box: ' + name);
    }
    if (each.scrollWidth > each.clientWidth + 1 && each.clientWidth && getComputedStyle(each).display !== 'inline') bad.push('clipped: ' + name);
  }
  const overlap = (boxes, what) => {
    for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
      const [a, b] = [boxes[i], boxes[j]];
      const x = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const y = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      const small = Math.min(a.box.height, b.box.height);
      if (x > 1 && y > small * 0.3) bad.push(`${what}: "${a.text}" / "${b.text}"`);
    }
  };
  const parts = [...slide.children, document.querySelector('footer')].map(e => ({text: e.className || e.tagName, box: e.getBoundingClientRect()}));
  overlap(parts, 'parts overlap');
  for (const chart of slide.querySelectorAll('.chart')) {
    const around = chart.getBoundingClientRect();
    const texts = [...chart.querySelectorAll('svg text')].filter(t => t.textContent.trim() && t.getBoundingClientRect().width).map(t => ({text: t.textContent.slice(0, 20), box: t.getBoundingClientRect()}));
    for (const t of texts) if (t.box.left < around.left - 1 || t.box.right > around.right + 1 || t.box.top < around.top - 2 || t.box.bottom > around.bottom + 2) bad.push('chart text cut: ' + t.text);
    overlap(texts, 'chart texts overlap');
  }
  const foot = [...document.querySelectorAll('footer > *')].filter(e => e.getBoundingClientRect().width && e.textContent).map(e => ({text: e.id, box: e.getBoundingClientRect()}));
  overlap(foot, 'footer');
  for (const e of document.querySelectorAll('#facts, #state')) if (e.scrollWidth > e.clientWidth + 1) bad.push('footer clipped: ' + e.id);
  return bad.slice(0, 12);
}
