//! Tools as templates see them: finished texts, the results for the default values, and the data
//! for the script.

pub mod calculator;
mod checklist;
mod compare;
mod decision;
mod diagram;
mod embed;
pub mod format;
mod markdown;
mod own_tool;
mod quiz;
mod view;

pub use self::embed::{EmbeddedTools, embedded_tools};
pub use self::markdown::tool_markdown;
pub use self::own_tool::{id_on_page, tool};
pub use self::view::{ToolBodyView, ToolView};
