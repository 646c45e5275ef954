/** One socket of a tab: what has changed on the server, heard again from where it broke off. */

export interface Thing {
  kind: string;
  id: string;
}

/** A conversation that this page has open, and who else looks at it. */
export interface Beside {
  conversation: string;
  members: Colleague[];
}

export interface Colleague {
  name: string;
  writing: boolean;
}

/** What this page says of who sits before it; no conversation: they have gone on. */
export interface Sign {
  conversation: string;
  writing: boolean;
}

export const GONE: Sign = { conversation: "", writing: false };

type Frame =
  | { t: "hello"; seq: number }
  | { t: "changed"; seq: number; things: Thing[] }
  | ({ t: "beside" } & Beside);

interface LineOptions {
  /** What has changed; also after a break, each thing once. */
  onChanged: (things: Thing[]) => void;
  onBeside: (beside: Beside) => void;
  /** The session behind it is over, or may be. */
  onOver: () => void;
  /** It is up or down. */
  onState: (up: boolean) => void;
  open?: (url: string) => WebSocket;
  random?: () => number;
}

const START_MS = 300; // what a page shows first is asked for before
const SIGN_MS = 5_000; // the server forgets a page after 12 s without one
const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
const SILENT_MS = 40_000; // the server's beats come every 15 s
const OVER = 4401;

/** How long to wait before the next try: ever longer, and never all tabs at once. */
export function pause(tries: number, random = Math.random): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** tries);
  return most * (0.5 + random() / 2);
}

export class Line {
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private heard: number | null = null;
  private signing: ReturnType<typeof setInterval> | undefined;
  private sign = GONE;
  private up = false;
  private tries = 0;
  private ended = false;

  constructor(private readonly options: LineOptions) {
    this.timer = setTimeout(() => this.open(), START_MS);
  }

  /** Hang up for good. */
  end() {
    this.ended = true;
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    clearInterval(this.signing);
    this.socket?.close();
  }

  /** Say who is here, and say it again as long as it holds. */
  here(sign: Sign) {
    this.sign = sign;
    clearInterval(this.signing);
    if (sign.conversation) {
      this.signing = setInterval(() => this.tellSign(), SIGN_MS);
    }
    this.tellSign();
  }

  private tellSign() {
    if (this.up) {
      this.socket?.send(JSON.stringify({ t: "here", ...this.sign }));
    }
  }

  /** The network has changed: what hung on it is dead or will be, so it is tried anew at once. */
  anew() {
    this.hangUp();
    this.hurry();
  }

  private hangUp() {
    const { socket } = this;
    if (socket) {
      socket.close();
      this.lost(socket, 0);
    }
  }

  /** Try at once: the network is back, or somebody looks at the page again. */
  hurry() {
    if (this.timer !== undefined && !this.ended) {
      clearTimeout(this.timer);
      this.open();
    }
  }

  private open() {
    this.timer = undefined;
    const after = this.heard === null ? "" : `?after=${this.heard}`;
    const url = `${window.location.origin.replace(/^http/, "ws")}/api/live${after}`;
    const make = this.options.open ?? ((address: string) => new WebSocket(address));
    const socket = make(url);
    this.socket = socket;
    socket.onmessage = ({ data }) => this.hear(JSON.parse(String(data)) as Frame);
    socket.onclose = ({ code }) => this.lost(socket, code);
    this.listen();
  }

  private hear(frame: Frame) {
    this.listen();
    if (frame.t === "hello") {
      this.tries = 0;
      this.up = true;
      this.options.onState(true);
      if (this.sign.conversation) {
        this.tellSign();
      }
    }
    if (frame.t === "hello" || frame.t === "changed") {
      this.heard = frame.seq;
    }
    if (frame.t === "changed") {
      this.options.onChanged(frame.things);
    }
    if (frame.t === "beside") {
      this.options.onBeside(frame);
    }
  }

  /** A line on which nothing comes any more is dead, though nobody has said so. */
  private listen() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.hangUp(), SILENT_MS);
  }

  private lost(socket: WebSocket, code: number) {
    if (this.ended || this.socket !== socket) {
      return;
    }
    this.socket = null;
    this.up = false;
    clearTimeout(this.silence);
    this.options.onState(false);
    if (code === OVER) {
      this.options.onOver();
      return;
    }
    if (this.tries > 0) {
      this.options.onOver(); // refused, perhaps: the browser does not tell why
    }
    const wait = pause(this.tries, this.options.random);
    this.tries += 1;
    this.timer = setTimeout(() => this.open(), wait);
  }
}
