//! What templates' functions are asked while a page is rendered.
//!
//! Each answered query is recorded as a dependency. While all answers are the same, rendering the
//! page again would give the same result.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::dependency::Dependency;
use super::render_context::RenderContext;

/// The state in which one page is rendered.
pub struct RenderState {
    pub render_context: Arc<RenderContext>,
    pub language: String,
    /// How many more numbers `range` may return.
    pub numbers_left: usize,
    pub asked: BTreeSet<Dependency>,
}

/// The place where an engine's functions find the state of the page that it renders.
#[derive(Clone, Default)]
pub struct StateCell(Arc<Mutex<Option<RenderState>>>);

impl StateCell {
    pub fn set(&self, state: RenderState) {
        *self.lock() = Some(state);
    }

    /// Ends the rendering of a page, and returns what was asked.
    pub fn take(&self) -> BTreeSet<Dependency> {
        self.lock()
            .take()
            .map(|state| state.asked)
            .unwrap_or_default()
    }

    /// Accesses the state.
    ///
    /// # Panics
    /// If nothing is being rendered. Only templates call the functions that use the state.
    pub fn with<T>(&self, access: impl FnOnce(&mut RenderState) -> T) -> T {
        access(
            self.lock()
                .as_mut()
                .expect("functions are called only while a page is rendered"),
        )
    }

    fn lock(&self) -> MutexGuard<'_, Option<RenderState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
