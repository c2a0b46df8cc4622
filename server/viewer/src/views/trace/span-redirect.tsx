export function SpanRedirect() {
  return <p>SpanRedirect</p>;
}
