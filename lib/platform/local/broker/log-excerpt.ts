const longestLine = 240;
const mostErrors = 8;
const mostLines = 15;

/**
 * What of a broker's log belongs into an error message: its first complaints, because what follows them (supervisor
 * and crash reports, hundreds of lines) says less; without a complaint, its last lines.
 */
export function logExcerpt(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const complaints = lines
    .filter((line) => line.includes('[error]'))
    .map((line) => line.replace(/^.*?\[error\] (<[\d.]+> )?/, '').trimEnd())
    .filter((text) => text.trim() !== '');
  const [title, chosen] =
    complaints.length > 0
      ? ['the first errors in its log', [...new Set(complaints)].slice(0, mostErrors)]
      : ['the end of its log', lines.slice(-mostLines)];
  return chosen.length === 0 ? 'it logged nothing' : `${title}:\n${chosen.map(shortened).join('\n')}`;
}

/** Both ends: the reason of an Erlang error comes last. */
function shortened(line: string): string {
  if (line.length <= longestLine) return line;
  const half = longestLine / 2 - 1;
  return `${line.slice(0, half)}…${line.slice(-half)}`;
}
