import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Run buf on our `.proto` files. */
export type Buf = (args: readonly string[]) => void;

/** As much of a compiled file as names need. */
interface FileImage {
  readonly package?: string;
  readonly messageType?: readonly MessageImage[];
  readonly service?: readonly { readonly name: string; readonly method?: readonly Named[] }[];
  readonly sourceCodeInfo?: { readonly location?: readonly Location[] };
}

interface MessageImage extends Named {
  readonly field?: readonly Named[];
}

interface Named {
  readonly name: string;
}

interface Location {
  readonly path?: readonly number[];
  readonly leadingComments?: string;
}

/** The packages of our own files; the others are Google's. */
const PACKAGES: readonly string[] = ["proto", "heliostat.v1"];

/** Numbers of `FileDescriptorProto`, `DescriptorProto` and `ServiceDescriptorProto` in a location's path. */
const [MESSAGE, SERVICE, FIELD, METHOD] = [4, 6, 2, 2];

/**
 * The comments of our `.proto` files by full name: generated descriptors do not carry them, and the OpenAPI document
 * wants them.
 *
 * @returns file contents by path below the repository root.
 */
export function protoComments(buf: Buf): Record<string, string> {
  const entries = images(buf)
    .filter((file) => PACKAGES.includes(file.package ?? ""))
    .flatMap((file) => (file.sourceCodeInfo?.location ?? []).flatMap((location) => commentOf(file, location)))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lines = entries.map(([name, text]) => `  ${JSON.stringify(name)}: ${JSON.stringify(text)},`);
  const text = `// What the .proto files say of each name: npm run generate\nexport const COMMENTS: Readonly<Record<string, string>> = {\n${lines.join("\n")}\n};\n`;
  return { "packages/proto/gen/comments.ts": text };
}

function images(buf: Buf): readonly FileImage[] {
  const folder = mkdtempSync(join(tmpdir(), "heliostat-proto-comments-"));
  try {
    const image = join(folder, "image.json");
    buf(["build", "--output", image]);
    return (JSON.parse(readFileSync(image, "utf8")) as { readonly file: readonly FileImage[] }).file;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function commentOf(file: FileImage, { path = [], leadingComments }: Location): readonly [string, string][] {
  const name = nameAt(file, path);
  if (name === undefined || leadingComments === undefined) return [];
  return [[name, leadingComments.trim().replaceAll(/\s*\n\s*/g, " ")]];
}

/** `proto.Cluster.user` of the path `[4, 17, 2, 2]`. */
function nameAt(
  file: FileImage,
  [kind, index = 0, part, at = 0, ...deeper]: readonly number[],
): string | undefined {
  if (deeper.length > 0) return undefined;
  if (kind === MESSAGE) {
    const message = file.messageType?.[index];
    if (part === undefined) return message && `${file.package}.${message.name}`;
    return part === FIELD ? `${file.package}.${message?.name}.${message?.field?.[at]?.name}` : undefined;
  }
  if (kind !== SERVICE) return undefined;
  const service = file.service?.[index];
  if (part === undefined) return service && `${file.package}.${service.name}`;
  return part === METHOD ? `${file.package}.${service?.name}.${service?.method?.[at]?.name}` : undefined;
}
