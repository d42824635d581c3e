// The manifest that requests every feature which the workspace requests of third-party crates.

export const NAME = 'actors-features';

/** Without dependencies: valid whatever changed elsewhere. */
export const HEAD = `# Written by .ci/features.
[package]
name = "${NAME}"
description = "The union of the features of all dependencies, so that a crate tested alone reuses the workspace build"
version.workspace = true
edition.workspace = true
license.workspace = true
rust-version.workspace = true
publish.workspace = true

[lints]
workspace = true

[lib]
test = false
doctest = false
doc = false
`;

/** `workspace` is the text of the root manifest. */
export function manifest(metadata, workspace) {
  const shared = sharedRequirements(workspace);
  const inside = metadata.packages.filter((pkg) => pkg.source === null && pkg.name !== NAME);
  const asked = inside.flatMap((pkg) => askedBy(pkg, metadata))
    .map((it) => ({ ...it, isShared: shared.get(it.key) === it.req }))
    .map((it) => ({ ...it, key: it.isShared || !shared.has(it.key) ? it.key : versioned(it) }));
  const sections = groupBy(asked, (it) => it.section).map(([section, all]) => {
    const lines = groupBy(all, (it) => it.key).map(([key, same]) => entry(key, same));
    return `\n[${section}]\n${lines.join('\n')}\n`;
  });
  return HEAD + sections.join('');
}

/** The version requirements of `[workspace.dependencies]` by key, which `cargo metadata` does not report. */
function sharedRequirements(workspace) {
  const [, table] = workspace.match(/^\[workspace\.dependencies\]\n((?:(?!\[).*\n)*)/m);
  const versions = table.matchAll(/^([\w-]+) = (?:\{.*?\bversion = )?"([^"]+)"/gm);
  return new Map([...versions].map(([, key, version]) => [key, version.replace(/^(?=\d)/, '^')]));
}

/** The third-party dependencies of a package, with what its own enabled features add to them. */
function askedBy(pkg, metadata) {
  const isMember = metadata.workspace_members.includes(pkg.id);
  // The dependencies of a macro are built for the host, like those of a build script.
  const isMacro = pkg.targets.some((target) => target.kind.includes('proc-macro'));
  const { features } = metadata.resolve.nodes.find((node) => node.id === pkg.id);
  const enabled = features.flatMap((feature) => pkg.features[feature]);
  const isEnabled = (key) => enabled.some((it) => it === `dep:${key}` || it.startsWith(`${key}/`));
  const passedOn = (key) => enabled.filter((it) => /^(.*?)\??\//.exec(it)?.[1] === key)
    .map((it) => it.split('/')[1]);
  return pkg.dependencies
    .map((it) => ({ ...it, key: it.rename ?? it.name }))
    .filter((it) => !it.path && !isForWasm(it.target))
    .filter((it) => (isMember || it.kind !== 'dev') && (!it.optional || isEnabled(it.key)))
    .map((it) => ({
      ...it,
      features: [...it.features, ...passedOn(it.key)],
      section: isMacro || it.kind === 'build' ? 'build-dependencies' : 'dependencies',
    }));
}

/** Tests are native. */
const isForWasm = (target) => target !== null && /^cfg\(target_(arch|family) = "wasm/.test(target);

const versioned = ({ name, req }) => `${name}-${req.replace(/^\D+/, '').replaceAll('.', '-')}`;

/** One line for all dependencies on the same package. */
function entry(key, same) {
  const [{ name, req, isShared }] = same;
  if (same.some((it) => it.name !== name || it.req !== req)) {
    throw new Error(`crates require \`${key}\` in different versions: move it to [workspace.dependencies]`);
  }
  const fields = isShared ? ['workspace = true'] : [
    ...(key === name ? [] : [`package = "${name}"`]),
    `version = "${req.replace(/^\^/, '')}"`,
    ...(same.some((it) => it.uses_default_features) ? [] : ['default-features = false']),
  ];
  const features = [...new Set(same.flatMap((it) => it.features))].sort().map((it) => `"${it}"`);
  if (features.length > 0) fields.push(`features = [${features.join(', ')}]`);
  return `${key} = { ${fields.join(', ')} }`;
}

/** Groups, sorted by key. */
function groupBy(all, keyOf) {
  const groups = new Map();
  for (const it of all) groups.set(keyOf(it), [...(groups.get(keyOf(it)) ?? []), it]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
