// Asks for the slides from time to time and keeps the newest good answer, also over a restart of the screen.

const EVERY = 20_000; // milliseconds between two questions
const PATIENCE = 25_000; // for one answer
const SILENCE = 3 * EVERY; // without an answer, before the screen says so

export class Feed {
  /** `onNews(payload, isKept)` for a new answer or the one kept from before, `onState()` when contact is lost or found. */
  constructor(address, onNews, onState) {
    this.aim(address);
    this.onNews = onNews;
    this.onState = onState;
    this.contact = null; // moment of the last answer
    this.started = Date.now();
    this.lost = false;
    this.asked = 0; // moment of a question not answered yet
  }

  aim(address) {
    this.address = address;
    this.name = `huiyin-wall ${address}`;
    this.tag = '';
  }

  /** Ask at another address from now on; until it answers the slides stay. */
  turn(address) {
    if (address === this.address) return;
    this.aim(address);
    this.asked = 0;
    this.ask();
  }

  /** Show what was kept, then begin to ask. */
  start() {
    const kept = this.read();
    if (kept) {
      this.tag = kept.tag;
      this.contact = kept.contact;
      this.onNews(kept.payload, true);
    }
    this.ask();
    setInterval(() => this.ask(), EVERY);
  }

  /** Since when nobody answers; null while somebody does. */
  since() {
    return this.lost ? this.contact ?? this.started : null;
  }

  async ask() {
    if (Date.now() - this.asked < 2 * PATIENCE) return; // longer is no question but one that sleep has swallowed
    const asked = this.asked = Date.now();
    try {
      await this.question();
      this.contact = Date.now();
      this.keep();
      this.say(false);
    } catch (error) {
      // the server is away or restarting: what is on the screen stays
      if (Date.now() - (this.contact ?? this.started) > SILENCE) this.say(true);
    } finally {
      if (this.asked === asked) this.asked = 0;
    }
  }

  async question() {
    const headers = this.tag ? { 'If-None-Match': this.tag } : {};
    const answer = await fetch(this.address, { headers, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const payload = await answer.json();
    if (!Array.isArray(payload.slides)) throw new Error('no slides in the answer');
    this.payload = this.mended(payload);
    this.tag = answer.headers.get('ETag') ?? '';
    this.onNews(this.payload);
  }

  /** A slide that could not be made this time stays as it was. */
  mended(payload) {
    const before = new Map((this.payload?.slides ?? []).map((slide) => [slide.key, slide]));
    const slides = payload.slides.map((slide) => (slide.failed ? before.get(slide.key) : slide)).filter(Boolean);
    return { ...payload, slides };
  }

  say(lost) {
    const changed = lost !== this.lost;
    this.lost = lost;
    if (changed) this.onState();
  }

  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name));
      if (!kept || !Array.isArray(kept.payload.slides)) return null;
      this.payload = kept.payload;
      return kept;
    } catch (error) {
      return null;
    }
  }

  keep() {
    if (!this.payload) return;
    try {
      localStorage.setItem(this.name, JSON.stringify({ tag: this.tag, contact: this.contact, payload: this.payload }));
    } catch (error) {
      // no room or no storage: the screen works, only a restart without a server would find nothing
    }
  }
}
