//! Short names for what the module and its glue exchange: wasm-bindgen's say where a thing comes
//! from and end in a hash, which is said twice and does not compress.

use std::collections::BTreeMap;

use walrus::Module;

/// From the names of wasm-bindgen to ours.
pub(crate) struct ShortNames(BTreeMap<String, String>);

impl ShortNames {
    /// Gives the module's imports and exports their names.
    pub(crate) fn give(module: &mut Module) -> Self {
        let mut names = BTreeMap::new();
        let imports = module.imports.iter_mut().map(|import| &mut import.name);
        let exports = module.exports.iter_mut().map(|export| &mut export.name);
        for name in imports.chain(exports).filter(|name| name.contains("__")) {
            let next = format!("${}", names.len());
            let short = names.entry(name.clone()).or_insert(next);
            name.clone_from(short);
        }
        Self(names)
    }

    /// Says them in the glue, where each stands as a word of its own.
    pub(crate) fn say(&self, glue: &str) -> String {
        let mut said = String::with_capacity(glue.len());
        for word in glue.split_inclusive(|c: char| !is_of_a_name(c)) {
            let name = word.trim_end_matches(|c| !is_of_a_name(c));
            said += self.0.get(name).map_or(name, String::as_str);
            said += &word[name.len()..];
        }
        said
    }
}

fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_and_its_glue_call_a_thing_by_the_same_name() {
        let mut module = Module::default();
        let kind = module.types.add(&[], &[]);
        let (function, _) = module.add_import_func("glue", "__wbg_now_00d6d8aec0b9b477", kind);
        module.exports.add("__wbindgen_start", function);
        module.exports.add("memory", function);
        let names = ShortNames::give(&mut module);
        let glue =
            "{__wbg_now_00d6d8aec0b9b477(){}}; wasm.__wbindgen_start(wasm.memory, __wbg_now)";
        assert_eq!(names.say(glue), "{$0(){}}; wasm.$1(wasm.memory, __wbg_now)");
        let import = module.imports.iter().next().unwrap();
        assert_eq!(import.name, "$0");
        let exports: Vec<_> = module.exports.iter().map(|export| &export.name).collect();
        assert_eq!(exports, ["$1", "memory"]);
    }
}
