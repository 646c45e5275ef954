/** Lifts as a PNG, drawn with the colours of the page; nothing is asked from the server. */
import { type Lift, scale, side } from "./LiftChart";

const WIDTH = 1200;
const ROW = 44;
const TOP = 76;
const FOOT = 44;
const LEFT = 300;
const RIGHT = 880;
const SHARP = 2;

interface Picture {
  title: string;
  note: string;
  lifts: readonly Lift[];
  show: (value: number) => string;
}

type Pen = CanvasRenderingContext2D;

export async function liftPicture(of: Picture): Promise<Blob> {
  const canvas = document.createElement("canvas");
  const height = TOP + of.lifts.length * ROW + FOOT;
  canvas.width = WIDTH * SHARP;
  canvas.height = height * SHARP;
  const pen = canvas.getContext("2d");
  if (!pen) {
    throw new Error("This browser draws no pictures.");
  }
  pen.scale(SHARP, SHARP);
  const look = getComputedStyle(document.documentElement);
  const colour = (name: string) => look.getPropertyValue(`--${name}`).trim();
  pen.fillStyle = colour("surface");
  pen.fillRect(0, 0, WIDTH, height);
  pen.textBaseline = "middle";
  write(pen, of.title, 24, 28, colour("ink"), "650 20px");
  write(pen, of.note, 24, 54, colour("muted"), "400 13px");
  draw(pen, of, colour, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("No picture came."))));
  });
}

function draw(pen: Pen, of: Picture, colour: (name: string) => string, height: number) {
  const { from, to, ticks } = scale(of.lifts);
  const x = (value: number) => LEFT + ((value - from) / (to - from)) * (RIGHT - LEFT);
  for (const tick of ticks) {
    pen.fillStyle = colour(Math.abs(tick) < (to - from) / 1e6 ? "muted" : "line");
    pen.fillRect(x(tick), TOP, 1, height - TOP - FOOT);
    write(pen, of.show(tick), x(tick), height - FOOT / 2, colour("muted"), "400 13px", "center");
  }
  of.lifts.forEach((lift, n) => {
    const y = TOP + n * ROW + ROW / 2;
    const tone = colour({ "1": "good", "-1": "bad", "0": "calm" }[side(lift)]);
    write(pen, lift.name, LEFT - 24, y, colour("ink"), "400 15px", "right", LEFT - 48);
    pen.globalAlpha = 0.3;
    pen.fillStyle = tone;
    pen.fillRect(x(lift.low), y - 4, x(lift.high) - x(lift.low), 8);
    pen.globalAlpha = 1;
    pen.beginPath();
    pen.arc(x(lift.effect), y, 6, 0, 2 * Math.PI);
    pen.fill();
    const said = `${of.show(lift.effect)}  [${of.show(lift.low)}, ${of.show(lift.high)}]`;
    write(pen, said, RIGHT + 24, y, tone, "600 15px");
  });
}

function write(
  pen: Pen,
  text: string,
  x: number,
  y: number,
  colour: string,
  font: string,
  align: CanvasTextAlign = "left",
  widest?: number,
) {
  pen.fillStyle = colour;
  pen.font = `${font} "Inter Variable", sans-serif`;
  pen.textAlign = align;
  pen.fillText(text, x, y, widest);
}

/** Hand a file to the reader. */
export function save(blob: Blob, name: string) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
