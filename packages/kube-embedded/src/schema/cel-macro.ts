import type { ASTNode, TypeDeclaration } from "@marcbachmann/cel-js";

/** A place where names have values. The library keeps one a macro and gives it new values each time. */
export interface CelScope {
  forkWithVariable(name: string, type: TypeDeclaration): CelScope;
  reuse(parent: CelScope): CelScope;
  setIterValue(value: unknown, evaluator: CelEvaluator): CelScope;
}

export interface CelEvaluator {
  run(node: ASTNode, scope: CelScope): unknown;
}

export interface CelChecker {
  check(node: ASTNode, scope: CelScope): TypeDeclaration;
  getType(name: string): TypeDeclaration;
  createError(code: string, message: string, node: ASTNode): Error;
}

/** What the library gives to whoever writes out a macro. */
export interface MacroCall {
  readonly args: readonly ASTNode[];
  readonly receiver: ASTNode;
}

/** What it wants back: how the call is typed, and how it is evaluated. */
export interface CelMacro {
  readonly async: false;
  typeCheck(checker: CelChecker, macro: unknown, scope: CelScope): TypeDeclaration;
  evaluate(evaluator: CelEvaluator, macro: unknown, scope: CelScope): unknown;
}

/** The name that a macro's argument declares. @throws Error when the argument is more than a name */
export function declaredName(argument: ASTNode | undefined): string {
  if (argument?.op === "id") return argument.args;
  throw new Error("argument must be a simple name");
}
