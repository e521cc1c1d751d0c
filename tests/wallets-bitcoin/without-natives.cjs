// Loaded before bcoin and bcash (node -r): their native addons were not built (npm ci --ignore-scripts), and one of them
// does not compile with this Node. All but one have a twin in JavaScript, which is taken when loading fails; the database
// on disk has none, and a node in memory never opens it.
const Module = require("node:module");

process.env.NODE_BACKEND = "js"; // some do not try
function addon(name) {
  if (name === "leveldown") return {};
  throw new Error(`${name} was not built`);
}
const load = Module._load;
Module._load = function (name, ...rest) {
  if (name === "loady") return addon;
  if (name === "leveldown") return class Leveldown {};
  return load.call(this, name, ...rest);
};
