/** A streamed chat completion of fifty chunks, without a socket, which would keep things alive for as long as it likes. */
export function longAnswer(): Response {
  const choices = [{ index: 0, delta: { role: 'assistant', content: 'so ' } }];
  const delta = { id: '1', object: 'chat.completion.chunk', model: 'm', choices };
  const event = new TextEncoder().encode(`data: ${JSON.stringify(delta)}\n\n`);
  let left = 50;
  const body = new ReadableStream({
    pull(controller) {
      left -= 1;
      if (left > 0) controller.enqueue(event);
      else controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}
