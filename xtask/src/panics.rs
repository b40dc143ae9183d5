//! A panic ends the module whatever its words are, and nothing in a browser shows these: so the module
//! is shipped without them, and without the formatting that only they need. It still ends at once.
//!
//! `Debug` is such formatting: tables of functions keep it alive when nobody calls it any more. A lint of
//! the crate keeps what is shipped from using it.

use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module};

/// Where the standard library's panics begin, by the paths of functions that never return.
const FAILURES: [&str; 10] = [
    "core::panicking::",
    "std::panicking::",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::result::unwrap_failed",
    "core::str::slice_error_fail",
    "core::slice::index::slice_",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::cell::panic_already_",
    "alloc::alloc::handle_alloc_error",
];

/// Makes each of them a trap and no more; the optimiser then drops what nothing else uses.
pub(crate) fn silence(module: &mut Module) {
    let failures: Vec<FunctionId> = module
        .funcs
        .iter_local()
        .filter(|(id, _)| {
            let name = module.funcs.get(*id).name.as_deref();
            name.is_some_and(is_failure)
        })
        .map(|(id, _)| id)
        .collect();
    for id in failures {
        let (parameters, results) = module.types.params_results(module.funcs.get(id).ty());
        let (parameters, results) = (parameters.to_vec(), results.to_vec());
        let mut trap = FunctionBuilder::new(&mut module.types, &parameters, &results);
        trap.func_body().unreachable();
        let locals = parameters.into_iter().map(|kind| module.locals.add(kind));
        let trap = trap.local_func(locals.collect());
        module.funcs.get_mut(id).kind = FunctionKind::Local(trap);
    }
}

/// Whether it is one, without the hashes that tell one version of a crate from another.
fn is_failure(name: &str) -> bool {
    let mut path = String::new();
    let mut depth = 0;
    for letter in name.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            letter if depth == 0 => path.push(letter),
            _ => {}
        }
    }
    let path = path.trim_start_matches('<');
    FAILURES.iter().any(|failure| path.starts_with(failure))
        || path.ends_with("::assert_failed")
        || path.contains(" as core::fmt::Debug>::fmt")
}

#[cfg(test)]
mod tests {
    use super::is_failure;

    #[test]
    fn panics_are_known_by_their_paths_whatever_the_hashes() {
        assert!(is_failure("core[c5930c85a12de822]::panicking::panic_fmt"));
        assert!(is_failure("core::option::unwrap_failed"));
        assert!(is_failure(
            "<alloc[3ca501edff3f0c7c]::vec::Vec<_, _>>::insert_mut::assert_failed"
        ));
        assert!(is_failure(
            "<core[c5930c85a12de822]::ops::range::Range<usize> as core[c5930c85a12de822]::fmt::Debug>::fmt"
        ));
    }

    #[test]
    fn what_returns_is_left_alone() {
        assert!(!is_failure("core[c5930c85a12de822]::fmt::write"));
        assert!(!is_failure(
            "<u64 as core[c5930c85a12de822]::fmt::Display>::fmt"
        ));
        assert!(!is_failure(
            "rangeload::core::download::Download::handle_failure"
        ));
    }
}
