//! x
pub use yekta;
