'use strict';
// Becomes dist/<build>/<entry>.cjs and runs the bundle beside it with V8's code cache, which scripts/build.js
// had V8 write. With all libraries loaded that start takes 115 ms instead of 190 (bare `node -e 0`: 60).
// A cache of another V8 or other flags is refused by V8 and the bundle is compiled as if there were none.
const fs = require('node:fs');
const vm = require('node:vm');

const bundle = __filename.replace(/\.cjs$/, '.bundle.cjs');
const cacheFile = `${bundle}.${process.version}-${process.arch}.cache`;
let cachedData;
try {
  cachedData = fs.readFileSync(cacheFile);
} catch {
  // None for this Node: slower, not wrong.
}

// esbuild writes ASCII only, so latin1 is the same text and half the memory.
const source = fs.readFileSync(bundle, 'latin1');
const script = new vm.Script(`(function (require, module, exports, __filename, __dirname) {${source}\n})`, {
  filename: bundle,
  cachedData,
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});

if (process.env.WIRELAB_WRITE_CODE_CACHE === bundle) {
  // At exit, because the cache then holds every function that this run compiled.
  process.on('exit', () => fs.writeFileSync(cacheFile, script.createCachedData()));
}
script.runInThisContext()(require, module, exports, __filename, __dirname);
