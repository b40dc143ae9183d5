//! Memory for the module: a small allocator, since little is allocated here and nothing large for long.
//!
//! The standard library's is six times its size.

use rlsf::{GlobalTlsf, GlobalTlsfOptions};

#[global_allocator]
static ALLOCATOR: GlobalTlsf<Compact> = GlobalTlsf::new();

struct Compact;

impl GlobalTlsfOptions for Compact {
    const ENABLE_REALLOCATION: bool = false;
    /// What is larger than a page, as the bytes to be hashed are, would else never share its memory.
    const COALESCE_POOLS: bool = true;
}
