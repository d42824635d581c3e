// How this speaks: as .ci/talk does.

const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;
const painted = (code) => (text) => (isColoured ? `\x1b[${code}m${text}\x1b[0m` : text);

export const bold = painted(1);
export const green = painted(32);
export const yellow = painted(33);
export const red = painted(31);

export const good = (text) => console.log(`${green('  ok')}  ${text}`);
export const doing = (text) => console.log(`${bold('  ..')}  ${text}`);
export const wrong = (text) => console.log(`${red('fail')}  ${text}`);

/** Says what is under way, on a terminal only: the next line takes its place. */
export function passing(text) {
  if (process.stdout.isTTY) process.stdout.write(`\x1b[2K${bold('  ..')}  ${text}\r`);
}

export const indented = (text) => text.trimEnd().replace(/^/gm, '      ');

export const clock = (seconds) => {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};
