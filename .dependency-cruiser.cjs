// Borders inside and between rooms. The arrows themselves are not listed here: they are the `dependencies` of each
// package.json, read below.
const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const packages = join(__dirname, "packages");
const rooms = readdirSync(packages);

function dependenciesOf(room) {
  const { dependencies = {} } = JSON.parse(readFileSync(join(packages, room, "package.json"), "utf8"));
  return Object.keys(dependencies).flatMap((name) => (name.startsWith("@heliostat/") ? [name.slice("@heliostat/".length)] : []));
}

const TEST_FILES = "(\\.test\\.ts|/testing/.*|\\.conformance\\.ts)$";

const arrows = rooms.map((room) => ({
  name: `arrows-of-${room}`,
  comment: `${room} may import only what its package.json declares`,
  severity: "error",
  from: { path: `^packages/${room}/`, pathNot: TEST_FILES },
  to: { path: "^packages/", pathNot: `^packages/(${[room, ...dependenciesOf(room)].join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: "enter-by-the-door",
      comment: "another room is entered through its index.ts, never through a file inside",
      severity: "error",
      from: { path: "^packages/([^/]+)/", pathNot: TEST_FILES },
      to: { path: "^packages/([^/]+)/src/", pathNot: ["^packages/$1/", "^packages/[^/]+/src/index\\.ts$"] },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: { path: "^packages/" },
      to: { circular: true },
    },
    {
      name: "reconcilers-are-strangers",
      comment: "reconcilers speak through objects in the API, not through imports",
      severity: "error",
      from: { path: "^packages/operator/src/(ray[^/]+)/" },
      to: { path: "^packages/operator/src/ray[^/]+/", pathNot: "^packages/operator/src/$1/" },
    },
    {
      name: "no-test-code-in-production",
      severity: "error",
      from: { path: "^packages/", pathNot: TEST_FILES },
      to: { path: TEST_FILES },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|node_modules)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: { conditionNames: ["@heliostat/source", "import", "node", "default"], exportsFields: ["exports"] },
  },
};
