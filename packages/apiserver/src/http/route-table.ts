import type { HttpVerb } from "@heliostat/proto";

/** Where a request's path leads: what each verb does there, and what the path's variables are, decoded. */
export interface Place<T> {
  readonly byVerb: Partial<Readonly<Record<HttpVerb, T>>>;
  readonly variables: Readonly<Record<string, string>>;
}

export interface Route<T> {
  readonly verb: HttpVerb;
  /** `/apis/v1/namespaces/{namespace}/clusters/{name}` */
  readonly path: string;
  readonly target: T;
}

export interface RouteTable<T> {
  /** @param segments of the path, decoded; a variable matches any one, the empty one too (grpc-gateway rule) */
  find(segments: readonly string[]): Place<T> | undefined;
}

/** Routes by their path's segments; words win against variables. */
export function routeTable<T>(routes: readonly Route<T>[]): RouteTable<T> {
  const root = node<T>();
  for (const route of routes) insert(root, route);
  return {
    find(segments) {
      const values: string[] = [];
      const leaf = leafOf(root, { segments, values });
      if (leaf === undefined) return undefined;
      return {
        byVerb: leaf.byVerb,
        variables: Object.fromEntries(leaf.names.map((name, index) => [name, values[index] ?? ""])),
      };
    },
  };
}

interface Node<T> {
  readonly words: Map<string, Node<T>>;
  variable: Node<T> | undefined;
  /** The variables on the way here, in order. All verbs of one path call them the same. */
  names: readonly string[];
  readonly byVerb: Partial<Record<HttpVerb, T>>;
}

function node<T>(): Node<T> {
  return { words: new Map(), variable: undefined, names: [], byVerb: {} };
}

function insert<T>(root: Node<T>, { verb, path, target }: Route<T>): void {
  const names: string[] = [];
  let at = root;
  for (const segment of path.split("/").slice(1)) {
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    if (name === undefined) at = wordBelow(at, segment);
    else {
      names.push(name);
      at.variable ??= node();
      at = at.variable;
    }
  }
  at.names = names;
  at.byVerb[verb] = target;
}

function wordBelow<T>({ words }: Node<T>, word: string): Node<T> {
  const known = words.get(word);
  if (known !== undefined) return known;
  const made = node<T>();
  words.set(word, made);
  return made;
}

interface Walk {
  readonly segments: readonly string[];
  /** The values of the variables until here. */
  readonly values: string[];
  readonly from?: number;
}

function leafOf<T>(at: Node<T>, { segments, values, from = 0 }: Walk): Node<T> | undefined {
  const segment = segments[from];
  if (segment === undefined) return Object.keys(at.byVerb).length > 0 ? at : undefined;
  const next = { segments, values, from: from + 1 };
  const word = at.words.get(segment);
  const found = word && leafOf(word, next);
  if (found !== undefined || at.variable === undefined) return found;
  values.push(segment);
  const leaf = leafOf(at.variable, next);
  if (leaf === undefined) values.pop();
  return leaf;
}
