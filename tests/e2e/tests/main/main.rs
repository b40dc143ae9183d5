//! The page and the package in real browsers. Run by `cargo xtask test e2e`.

mod smoke;
