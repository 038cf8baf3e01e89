import * as z from 'zod/mini';
import { labelProblem } from '../model/names.ts';
import { checkSchema } from './schema-check.ts';
import { clusterSchema } from './schema-cluster.ts';
import { described, line, mapping, optional, text } from './schema-scalar.ts';

/** lab.yaml as a whole. What it cannot say (addresses that fit together, names that exist) is checked by the modules that build the Lab. */

const moduleName = text('the name of a kernel module, e.g. vxlan', (value) =>
  /^\w[\w-]*$/.test(value) ? undefined : 'it is no module name',
);
const program = text('the name of a program, e.g. ipvsadm', (value) =>
  /^\w[\w.+-]*$/.test(value) ? undefined : 'it is no program name',
);

export const manifestName = text('a file below the directory of this one, e.g. pods.yaml');

export const labSchema = mapping('a lab file', {
  name: described(
    text(
      'a name of at most 40 characters, e.g. flannel-vxlan',
      (value) => labelProblem(value, 40),
      /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/,
    ),
    'Name of the lab: lower-case letters, digits and -.',
  ),
  summary: optional(line, 'What the lab shows, in one line.'),
  requires: optional(
    mapping('requires', {
      kernel: optional(
        z.array(moduleName, { error: 'a list of module names' }),
        'Kernel features, by module name.',
      ),
      binaries: optional(z.array(program, { error: 'a list of programs' }), 'Programs beyond the base set.'),
    }),
    'What the machine must have; without it the lab is skipped.',
  ),
  cluster: described(clusterSchema, 'What is built.'),
  manifests: optional(
    z.array(manifestName, { error: 'a list of files, e.g. [pods.yaml]' }),
    'Kubernetes manifests (Pod, List), relative to this file.',
  ),
  checks: optional(z.array(checkSchema, { error: 'a list of checks' }), 'What must hold of the running lab.'),
});

export type LabEntry = z.infer<typeof labSchema>;
