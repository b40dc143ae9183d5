// Writes docs/REFERENCE.md from the types and comments of js/: node xtask/reference.js
//
// Everything a page can import is in it, and nothing else; a test holds the page to this.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const root = join(import.meta.dirname, "..");
export const PAGE = join(root, "docs/REFERENCE.md");

const INTRODUCTION = `# Reference

Everything that \`rangeload\` and \`rangeload/element\` export. Sizes and offsets are in bytes and durations in seconds,
unless another unit is named; ranges are half-open. Everything that is rejected or thrown is a \`DownloadError\`, except
the reason of a signal that the caller has aborted. This page is generated from the types that are shipped.

<!-- To change it, change the comments in js/ and run: node xtask/reference.js -->
`;

/** The page as the types say it. */
export function reference() {
  const entries = ["index.js", "element.js"].map((name) => join(root, "js", name));
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) => readFileSync(path, "utf8"));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([...entries, join(root, "js/element-tag.d.ts")], options);
  const writer = new Writer(program.getTypeChecker());
  const [index, element] = entries.map((entry) => writer.exportsOf(program.getSourceFile(entry)));
  const kinds = { Functions: "function", Classes: "class", Types: "type" };
  const sections = Object.entries(kinds).map(([title, kind]) => [title, index.filter((each) => each.kind === kind)]);
  sections.push(["The element", element]);
  const body = sections.map(([title, all]) => `## ${title}\n\n${all.map(({ text }) => text).join("\n\n")}\n`);
  return [INTRODUCTION, ...body].join("\n");
}

class Writer {
  constructor(checker) {
    this.checker = checker;
  }

  exportsOf(file) {
    const symbols = this.checker.getExportsOfModule(this.checker.getSymbolAtLocation(file));
    return symbols.map((symbol) => {
      const { checker } = this;
      const real = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      if (real.flags & ts.SymbolFlags.Class) return { kind: "class", text: this.classText(real) };
      if (real.flags & ts.SymbolFlags.Function) return { kind: "function", text: this.functionText(real) };
      return { kind: "type", text: this.typeText(this.origin(real)) };
    });
  }

  /** Where a type that is passed on by its name was written. */
  origin(symbol) {
    const node = symbol.declarations[0].typeExpression?.type;
    return node && ts.isImportTypeNode(node) ? this.origin(this.checker.getSymbolAtLocation(node.qualifier)) : symbol;
  }

  functionText(symbol) {
    const [declaration] = symbol.declarations;
    const type = this.checker.getTypeOfSymbolAtLocation(symbol, declaration);
    const [signature] = type.getCallSignatures();
    return [`### \`${this.signatureText(symbol.name, signature)}\``, this.prose(symbol), this.tags(symbol)]
      .filter(Boolean)
      .join("\n\n");
  }

  signatureText(name, signature) {
    const parameters = signature.parameters.map((parameter) => {
      const { valueDeclaration } = parameter;
      const optional = this.checker.isOptionalParameter(valueDeclaration) || valueDeclaration.initializer;
      return optional ? `${parameter.name}?` : parameter.name;
    });
    return `${name}(${parameters.join(", ")}): ${this.typeName(signature.getReturnType())}`;
  }

  classText(symbol) {
    const [declaration] = symbol.declarations;
    const instance = this.checker.getDeclaredTypeOfSymbol(symbol);
    const statics = this.checker.getTypeOfSymbolAtLocation(symbol, declaration);
    const own = (member) => member.declarations?.some((each) => isInside(declaration, each)) && isPublic(member);
    const rows = [
      ...this.checker.getPropertiesOfType(statics).filter((member) => member.name !== "prototype" && own(member)),
      ...this.checker.getPropertiesOfType(instance).filter(own),
    ].map((member) => this.row(member));
    return [`### \`${symbol.name}\``, this.prose(symbol), table(rows)].filter(Boolean).join("\n\n");
  }

  typeText(symbol) {
    const type = this.checker.getDeclaredTypeOfSymbol(symbol);
    const heading = [`### \`${symbol.name}\``, this.prose(symbol)];
    if (type.isUnion()) {
      // In the order in which they are written, which a type does not keep.
      const { types } = symbol.declarations[0].typeExpression.type;
      const values = types.map((each) => `\`${each.getText()}\``);
      return [...heading, `One of ${values.join(", ")}.`].filter(Boolean).join("\n\n");
    }
    const ours = this.checker
      .getPropertiesOfType(type)
      .filter(({ declarations }) => declarations?.some((each) => isOurs(each.getSourceFile())));
    return [...heading, table(ours.map((member) => this.row(member)))].filter(Boolean).join("\n\n");
  }

  row(member) {
    const [declaration] = member.declarations;
    const type = this.checker.getTypeOfSymbolAtLocation(member, declaration);
    const [signature] = type.getCallSignatures();
    const method = signature && member.flags & ts.SymbolFlags.Method;
    const optional = member.flags & ts.SymbolFlags.Optional ? "?" : "";
    const name = method ? this.signatureText(member.name, signature) : `${member.name}${optional}`;
    const words = [this.prose(member), this.tags(member)].filter(Boolean).join("\n");
    return [name, method ? "" : this.typeName(type), words.replaceAll(/\s*\n+\s*(- )?/g, " ")];
  }

  typeName(type) {
    const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;
    return this.checker.typeToString(type, undefined, flags).replace(/^undefined \| | \| undefined$/, "");
  }

  prose(symbol) {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
    return text.replaceAll(/(?<=[^\n])\n(?=[^\n|-])/g, " ").trim();
  }

  /** What is said of parameters, results and errors. */
  tags(symbol) {
    const lines = symbol.getJsDocTags(this.checker).flatMap(({ name, text }) => {
      const words = ts.displayPartsToString(text).replaceAll(/\s+/g, " ").trim();
      if (name === "param") {
        const [, parameter, rest] = words.match(/^(\w+)\s*-?\s*(.*)$/) ?? [];
        return rest ? [`- \`${parameter}\`: ${rest}`] : [];
      }
      if (name === "throws") return [`- Throws a \`DownloadError\` ${words.replace(/^\{?DownloadError\}?\s*/, "")}`];
      if (name !== "returns" || !words) return [];
      // Of a promise the type says what it gives, and the comment only why it may not.
      return [words.startsWith("Rejects ") ? `- ${words}` : `- Returns: ${words}`];
    });
    return lines.join("\n");
  }
}

function isPublic(member) {
  const hidden = member.getJsDocTags().some(({ name }) => name === "internal");
  const named = member.declarations.every(({ name }) => !name || !ts.isPrivateIdentifier(name));
  return !hidden && named;
}

function isInside(outer, inner) {
  // What stands in comments before it is not in it.
  return inner.getSourceFile() === outer.getSourceFile() && inner.pos >= outer.getStart() && inner.end <= outer.end;
}

function isOurs(file) {
  return file.fileName.startsWith(join(root, "js"));
}

function table(rows) {
  if (rows.length === 0) return "";
  const cell = (text) => text.replaceAll("|", "\\|");
  const lines = rows.map(([name, type, words]) => `| \`${cell(name)}\` | ${type && `\`${cell(type)}\``} | ${cell(words)} |`);
  return ["| name | type | |", "|---|---|---|", ...lines].join("\n");
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, reference());
