/** The project's own source files, for the tests that hold it to its house rules. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

export const ROOT = join(import.meta.dirname, "../..");

export interface Source {
  /** From the repository's root, such as `src/sweep/plan.ts`. */
  readonly path: string;
  readonly text: string;
}

/** Files below `folder` whose names end in one of `endings`. */
export function sourcesOf(folder: string, endings: readonly string[] = [".ts"]): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

/** The room of a file: its folder below src, or the file itself for `src/cli.ts`. */
export function roomOf(path: string): string {
  return path.split("/")[1] ?? "";
}

export interface Import {
  /** As written. */
  readonly from: string;
  readonly names: readonly string[];
}

/** Every import of a file: static, re-exported, and by a call of `import()`; types too. */
export function importsOf(source: Source): Import[] {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ES2023, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      found.push({ from: (node.moduleSpecifier as ts.StringLiteral).text, names: namesOf(node) });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [from] = node.arguments;
      found.push({ from: from && ts.isStringLiteral(from) ? from.text : "(computed)", names: [] });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      found.push({ from: (node.argument.literal as ts.StringLiteral).text, names: [] });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function namesOf(node: ts.ImportDeclaration | ts.ExportDeclaration): string[] {
  if (!ts.isImportDeclaration(node)) return [];
  const bindings = node.importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return [];
  return bindings.elements.map((element) => (element.propertyName ?? element.name).text);
}

/** Every `a.b` of a file as text, comments and strings not looked at. */
export function memberUses(source: Source): string[] {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) found.push(node.getText(file).replace(/\s+/g, ""));
    if (
      ts.isNewExpression(node) &&
      node.expression.getText(file) === "Date" &&
      (node.arguments?.length ?? 0) === 0
    ) {
      found.push("new Date()");
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Every text in quotes or backticks. */
export function stringsOf(source: Source): string[] {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) found.push(node.getText(file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Where the type check was told to look away. */
export function loosenessOf(source: Source): string[] {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.push("any");
    if (ts.isNonNullExpression(node)) found.push(node.getText(file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...found, ...(source.text.match(/@ts-(ignore|nocheck|expect-error)/g) ?? [])];
}
