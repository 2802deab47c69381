import * as z from 'zod/mini';

/** The subset of JSON Schema that the chat schemas use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** Converts a schema to the TypeScript type of its wire format. Enumerated numbers are sorted. */
export function typescript(schema: z.ZodMiniType): string {
  return write(JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input' }))));
}

/** Converts a JSON schema. References become the name of the type that they refer to. */
export function write(schema: Schema, indent = ''): string {
  if (schema.$ref) return schema.$ref.replace(/.*\//, '');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum)
    return schema.enum
      .toSorted()
      .map((value) => JSON.stringify(value))
      .join(' | ');
  if (schema.anyOf) return [...new Set(schema.anyOf.map((option) => write(option, indent)))].join(' | ');
  switch (schema.type) {
    case 'object':
      return writeObject(schema, indent);
    case 'array':
      return arrayOf(write(schema.items ?? {}, indent));
    case 'integer':
      return 'number';
    default:
      return [schema.type ?? 'unknown'].flat().join(' | ');
  }
}

/** Declares a type of this name: an interface for an object. */
export function declaration(name: string, type: string): string {
  return type.startsWith('{') && type.endsWith('}') && !type.includes('} | {')
    ? `interface ${name} ${type}`
    : `type ${name} = ${type};`;
}

const arrayOf = (item: string) => (/^\w+$/.test(item) ? `${item}[]` : `(${item})[]`);

function writeObject({ properties, required = [], additionalProperties }: Schema, indent: string): string {
  const rest = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  if (!properties) return `Record<string, ${write(rest ?? {}, indent)}>`;
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([name, member]) => {
    const comment = member.description === undefined ? '' : `  // ${member.description}`;
    return `${inner}${name}${required.includes(name) ? '' : '?'}: ${write(member, inner)};${comment}`;
  });
  const others = rest ? [`${inner}[name: string]: ${write(rest, inner)};`] : [];
  return `{\n${[...members, ...others].join('\n')}\n${indent}}`;
}
