//! The harness: real browsers, driven by WebDriver, on pages of the range server.
//!
//! Everything here is owned: what is dropped takes its processes and directories with it. It
//! judges nothing; what must hold is said in the tests.

mod accessible;
mod browser;
mod devtools;
mod driver;
mod kind;
mod page;
mod process;
mod profile;
mod saved;
mod site;
mod tabs;
mod task;

pub use accessible::Accessible;
pub use browser::Browser;
pub use fantoccini::key::Key;
pub use kind::Kind;
pub use page::Page;
pub use profile::Profile;
pub use saved::saved_file;
pub use site::Site;
pub use tabs::Tab;
pub use task::{Comparison, Failure, Progress, Status};
