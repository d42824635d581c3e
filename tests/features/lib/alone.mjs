// Whether testing one crate reuses what was built for the whole workspace.

import path from 'node:path';

import { NAME } from './manifest.mjs';

/** The manifests of crates that would rebuild dependencies, and what their `[dev-dependencies]` lack. */
export function differences(cargo, metadata) {
  const workspace = cargo.built('--workspace');
  const isOurs = (name) => metadata.packages.some((pkg) => pkg.source === null && pkg.name === name);
  return metadata.packages.filter((pkg) => metadata.workspace_members.includes(pkg.id)).map((member) => {
    // Its own features may differ: it is what one works on, and is compiled anyway.
    const other = [...cargo.built('--package', member.name)].filter((line) => !workspace.has(line))
      .map(parsed).filter((it) => it.name !== member.name);
    const needs = other.filter((it) => isOurs(it.name)).map(({ name, features }) => {
      const missing = featuresOf(name, workspace).filter((feature) => !features.includes(feature));
      return `${name} = { workspace = true, features = [${missing.map((it) => `"${it}"`).join(', ')}] }`;
    });
    const others = other.filter((it) => !isOurs(it.name));
    if (others.length > 0) {
      if (member.dependencies.some((it) => it.name === NAME)) {
        const names = others.map((it) => it.name).join(', ');
        throw new Error(`${member.name} tested alone builds ${names} with features that ${NAME} should have unified`);
      }
      needs.unshift(`${NAME} = { workspace = true }`);
    }
    return { manifest: path.relative(cargo.root, member.manifest_path), needs };
  }).filter((it) => it.needs.length > 0);
}

function parsed(line) {
  const [, name, features] = line.match(/^(\S+) .*\|(.*)$/);
  return { name, features: features.split(',').filter(Boolean) };
}

const featuresOf = (name, lines) => [...lines].map(parsed).find((it) => it.name === name).features;
