// Builds dist/ from src/ with esbuild. Plain JavaScript: any Node that fits can run it, before anything is built.
//
//   dist/.stamp            its time is when the build began; bin/lab compares src/ with it
//   dist/lab.cjs            one line, requires <build>/lab.cjs; replaced by rename, so that a process which starts
//   dist/agent.cjs          during a build sees the old build or the new one and never a mixture
//   dist/<build>/lab.cjs    scripts/loader.cjs
//   dist/<build>/lab.bundle.cjs         everything in one CommonJS file; what is import()ed runs when it is needed
//   dist/<build>/lab.bundle.cjs.<node version>.cache    V8's code cache
//   dist/<build>/*.pl *.pm *.bash ...       copied from anywhere in src/
//
// In the bundle `import.meta.url` is that of dist/<build>/<entry>.cjs. Like src/<directory>/<file>.ts it is two
// below the root: `../../labs` is right in both, and `./holder.pl` beside its module is right in both.
//
// Why this form: measured on Node 20, medians, all libraries loaded: ES modules split into chunks 199 ms,
// one CommonJS file 188 ms, the same with code cache 116 ms, `node -e 0` 60 ms. Not minified: with the cache
// the size costs nothing, and stack traces keep their names.
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

// What a run of each entry to fill the code cache may do: nothing but read and print. An entry without one
// gets no cache.
const entries = [
  { name: 'lab', source: 'src/cli/main.ts', warmUp: ['validate', 'labs/flannel-vxlan'] },
  { name: 'agent', source: 'src/agent/main.ts', warmUp: undefined },
];

const exists = async (path) =>
  stat(path).then(
    () => true,
    () => false,
  );

async function assets() {
  const files = await readdir(join(root, 'src'), { recursive: true });
  const found = new Map();
  for (const file of files.filter((file) => /\.(pl|pm|sh|bash|zsh|fish)$/.test(file))) {
    const name = basename(file);
    if (found.has(name))
      throw new Error(`src/${found.get(name)} and src/${file} would both become dist/${name}`);
    found.set(name, file);
  }
  return found;
}

async function bundle(present, directory) {
  // Not at the top: writing a code cache needs no esbuild.
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: present.map(({ name, source }) => ({ in: source, out: `${name}.bundle` })),
    outdir: directory,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
    alias: { 'string-width': join(root, 'scripts/string-width.js') },
    define: {
      'import.meta.url': '__importMetaUrl',
      'import.meta.filename': '__filename',
      'import.meta.dirname': '__dirname',
    },
    banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  for (const { name } of present) {
    await copyFile(join(root, 'scripts/loader.cjs'), join(directory, `${name}.cjs`));
  }
  for (const [name, file] of await assets()) {
    await copyFile(join(root, 'src', file), join(directory, name));
  }
}

function writeCodeCache(directory) {
  for (const { name, warmUp } of entries) {
    if (warmUp === undefined) continue;
    const env = { ...process.env, WIRELAB_WRITE_CODE_CACHE: join(directory, `${name}.bundle.cjs`) };
    spawnSync(process.execPath, [join(directory, `${name}.cjs`), ...warmUp], {
      cwd: root,
      env,
      stdio: 'ignore',
      timeout: 20_000,
    });
  }
}

async function switchTo(build, present, stamp) {
  for (const { name } of present) {
    const next = join(dist, `.${name}.${build}`);
    await writeFile(next, `require('./${build}/${name}.cjs');\n`);
    await rename(next, join(dist, `${name}.cjs`));
  }
  await rename(stamp, join(dist, '.stamp'));
}

// Keeps this build and the one before it (somebody may have just started that), removes older ones and what
// a killed build left. Names of builds sort by age.
async function prune(build) {
  const found = await readdir(dist, { withFileTypes: true });
  const builds = found
    .filter((entry) => entry.isDirectory() && entry.name < build)
    .map((entry) => entry.name);
  const pieces = found.filter((entry) => /^\..+\./.test(entry.name)).map((entry) => entry.name);
  for (const name of [...builds.sort().slice(0, -1), ...pieces]) {
    await rm(join(dist, name), { recursive: true, force: true });
  }
}

async function makeBuild() {
  const present = [];
  for (const entry of entries) if (await exists(join(root, entry.source))) present.push(entry);
  if (present.length === 0) throw new Error(`nothing to build: ${entries[0].source} is not there`);

  const build = `${Date.now().toString(36)}-${process.pid}`;
  const directory = join(dist, build);
  const stamp = join(dist, `.stamp.${build}`);
  await mkdir(directory, { recursive: true });
  try {
    await writeFile(stamp, `${build}\n`);
    await bundle(present, directory);
    writeCodeCache(directory);
    await switchTo(build, present, stamp);
    await prune(build);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    await rm(stamp, { force: true });
    throw error;
  }
}

// `code-cache`: only for the Node that runs this, into the build that is there.
if (process.argv[2] === 'code-cache') {
  writeCodeCache(join(dist, (await readFile(join(dist, '.stamp'), 'utf8')).trim()));
} else {
  try {
    await makeBuild();
  } catch (error) {
    // What esbuild found it has printed, with file and line.
    if (!Array.isArray(error.errors)) console.error(error.message);
    process.exitCode = 1;
  }
}
