//! Large files inside a web page: the core decides, the browser acts.

pub mod core;
