//! Templates: loading them, the functions they may call, and rendering a page with them. This is
//! the only module that uses `tera`.
//!
//! The built-in theme and the writer's overrides are one set, by name. `load` reads it, `render`
//! renders pages with it, `render_context` holds what functions answer from, and `template_deps`
//! says which templates one template can reach. `values` turns views into values of templates, and
//! `shared_values` keeps those that many pages show.

mod dependency;
mod engine;
mod field_names;
mod file;
mod functions;
mod limited_writer;
mod limits;
mod load;
mod old_files;
mod old_names;
mod old_values;
mod placeholders;
mod render;
mod render_context;
mod render_state;
mod shared_values;
mod suggestions;
mod template_deps;
mod template_errors;
mod values;

pub use self::dependency::Dependency;
pub use self::file::TemplateFile;
pub use self::load::Templates;
pub use self::placeholders::TOOL_TEMPLATE;
pub use self::render::{PageBody, PageRenderer, RenderedPage};
pub use self::render_context::{RenderContext, RenderInputs};
pub use self::shared_values::SharedValues;
pub use super::content_hash::hash_of;
