import protobuf from 'protobufjs/light.js';

const field = (id: number, type: string) => ({ id, type });
const list = (id: number, type: string) => ({ id, type, rule: 'repeated' });

/**
 * The published OTLP schema (opentelemetry-proto 1.x) of trace exports, as far as it is stable: numbers and types of fields,
 * under the names that OTLP/JSON has. Enumerations are plain integers here, since a value that is unknown today is no error.
 */
const messages = {
  AnyValue: {
    oneofs: {
      value: {
        oneof: ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue', 'kvlistValue', 'bytesValue'],
      },
    },
    fields: {
      stringValue: field(1, 'string'),
      boolValue: field(2, 'bool'),
      intValue: field(3, 'int64'),
      doubleValue: field(4, 'double'),
      arrayValue: field(5, 'ArrayValue'),
      kvlistValue: field(6, 'KeyValueList'),
      bytesValue: field(7, 'bytes'),
    },
  },
  ArrayValue: { fields: { values: list(1, 'AnyValue') } },
  KeyValueList: { fields: { values: list(1, 'KeyValue') } },
  KeyValue: { fields: { key: field(1, 'string'), value: field(2, 'AnyValue') } },
  Resource: { fields: { attributes: list(1, 'KeyValue'), droppedAttributesCount: field(2, 'uint32') } },
  InstrumentationScope: {
    fields: {
      name: field(1, 'string'),
      version: field(2, 'string'),
      attributes: list(3, 'KeyValue'),
      droppedAttributesCount: field(4, 'uint32'),
    },
  },
  Event: {
    fields: {
      timeUnixNano: field(1, 'fixed64'),
      name: field(2, 'string'),
      attributes: list(3, 'KeyValue'),
      droppedAttributesCount: field(4, 'uint32'),
    },
  },
  Link: {
    fields: {
      traceId: field(1, 'bytes'),
      spanId: field(2, 'bytes'),
      traceState: field(3, 'string'),
      attributes: list(4, 'KeyValue'),
      droppedAttributesCount: field(5, 'uint32'),
      flags: field(6, 'fixed32'),
    },
  },
  Status: { fields: { message: field(2, 'string'), code: field(3, 'int32') } },
  Span: {
    fields: {
      traceId: field(1, 'bytes'),
      spanId: field(2, 'bytes'),
      traceState: field(3, 'string'),
      parentSpanId: field(4, 'bytes'),
      name: field(5, 'string'),
      kind: field(6, 'int32'),
      startTimeUnixNano: field(7, 'fixed64'),
      endTimeUnixNano: field(8, 'fixed64'),
      attributes: list(9, 'KeyValue'),
      droppedAttributesCount: field(10, 'uint32'),
      events: list(11, 'Event'),
      droppedEventsCount: field(12, 'uint32'),
      links: list(13, 'Link'),
      droppedLinksCount: field(14, 'uint32'),
      status: field(15, 'Status'),
      flags: field(16, 'fixed32'),
    },
  },
  ScopeSpans: {
    fields: { scope: field(1, 'InstrumentationScope'), spans: list(2, 'Span'), schemaUrl: field(3, 'string') },
  },
  ResourceSpans: {
    fields: { resource: field(1, 'Resource'), scopeSpans: list(2, 'ScopeSpans'), schemaUrl: field(3, 'string') },
  },
  ExportTraceServiceRequest: { fields: { resourceSpans: list(1, 'ResourceSpans') } },
  ExportTracePartialSuccess: { fields: { rejectedSpans: field(1, 'int64'), errorMessage: field(2, 'string') } },
  ExportTraceServiceResponse: { fields: { partialSuccess: field(1, 'ExportTracePartialSuccess') } },
  /** `google.rpc.Status`, which the body of an error is. */
  RpcStatus: { fields: { code: field(1, 'int32'), message: field(2, 'string') } },
};

const root = protobuf.Root.fromJSON({ nested: messages });

export const ExportRequest = root.lookupType('ExportTraceServiceRequest');
export const ExportResponse = root.lookupType('ExportTraceServiceResponse');
export const RpcStatus = root.lookupType('RpcStatus');
