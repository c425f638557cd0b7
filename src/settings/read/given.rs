//! The settings of a file by name, and problems with their values.

use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{FieldItem, FieldItems};

/// The settings that are present and valid.
pub(super) struct GivenSettings<'a>(pub(super) &'a FieldItems);

impl GivenSettings<'_> {
    pub(super) fn item(&self, name: &str) -> Option<&FieldItem> {
        self.0.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.item(name)
            .and_then(FieldItem::as_text)
            .map(str::to_owned)
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> bool {
        self.item(name)
            .and_then(FieldItem::as_bool)
            .unwrap_or(default)
    }

    pub(super) fn list(&self, name: &str) -> &[FieldItem] {
        self.item(name).map(FieldItem::as_list).unwrap_or_default()
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.list(name)
            .iter()
            .filter_map(FieldItem::as_text)
            .map(str::to_owned)
            .collect()
    }

    /// Returns a setting of the theme, either under `theme:` or at the top level.
    pub(super) fn of_theme(&self, name: &str) -> Option<&FieldItem> {
        self.map("theme")
            .and_then(|theme| theme.get(name))
            .or_else(|| self.item(name))
    }

    pub(super) fn map(&self, name: &str) -> Option<&FieldItems> {
        self.item(name).and_then(FieldItem::as_map)
    }
}

pub(super) fn fault(item: &FieldItem, message: String, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::BadSetting, message)
        .at(item.place.clone())
        .help(help)
}
