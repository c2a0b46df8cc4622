// Before the first paint, so that a dark page does not flash white. It is a file, as the policy allows no inline script.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem('llm-tracer.theme');
  } catch {
    // Storage is refused: the system's theme it is.
  }
  const isDark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
}
