// The same for a program that wraps the OpenAI client.
import { Tracer } from 'llm-tracer';
import { wrapOpenAI } from 'llm-tracer/openai';
import OpenAI from 'openai';

const openai: OpenAI = wrapOpenAI(new OpenAI({ apiKey: 'key' }), new Tracer({ enabled: false }));
if (typeof openai.chat.completions.create !== 'function') throw new Error('not a client');
