export function TracesPage() {
  return <p>TracesPage</p>;
}
