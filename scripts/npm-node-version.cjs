'use strict';
// npm leaves out optional packages whose `engines` exclude the Node that npm runs with; natively built libraries
// come as such packages. Where npm has an old Node of its own (Ubuntu 24.04: 18) and another one will run what it
// installs, it is loaded into npm to tell it of that one.
Object.defineProperty(process, 'version', { value: process.env.WIRELAB_NODE_VERSION });
