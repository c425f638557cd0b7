//! Parsed templates with functions that answer from the page that is being rendered.
//!
//! An engine renders one page at a time: its functions share one state. Pages that are rendered at
//! the same time use an engine each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use tera::{Tera, TeraResult};

use super::dependency::Dependency;
use super::file::TemplateFile;
use super::render_state::{RenderState, StateCell};
use super::{functions, limits};

/// The templates of a site, parsed, and the state that their functions answer from.
#[derive(Default)]
pub struct Engine {
    tera: Tera,
    state: StateCell,
}

impl Engine {
    /// Parses templates.
    ///
    /// # Errors
    /// If one of them cannot be parsed.
    pub fn load(files: &BTreeMap<String, TemplateFile>) -> TeraResult<Engine> {
        let (mut tera, state) = (Tera::default(), StateCell::default());
        functions::register_functions(&mut tera, &state);
        functions::register_filters(&mut tera);
        limits::register(&mut tera);
        let texts = files.values();
        tera.add_raw_templates(texts.map(|file| (file.name.as_str(), file.text.as_str())))?;
        Ok(Engine { tera, state })
    }

    /// The same templates with a state of their own.
    fn another(&self) -> Engine {
        let (mut tera, state) = (self.tera.clone(), StateCell::default());
        functions::register_functions(&mut tera, &state);
        Engine { tera, state }
    }

    fn render<T>(
        &self,
        state: RenderState,
        render: impl FnOnce(&Engine) -> T,
    ) -> (T, BTreeSet<Dependency>) {
        self.state.set(state);
        let rendered = render(self);
        (rendered, self.state.take())
    }

    pub fn tera(&self) -> &Tera {
        &self.tera
    }

    /// The state of the page that is being rendered.
    pub fn state(&self) -> &StateCell {
        &self.state
    }
}

/// The engines of a site, one for each page that is rendered at the same time.
pub struct Engines {
    /// The engine that others are made from.
    first: Engine,
    /// Locked while a page is rendered with the first engine.
    first_in_use: Mutex<()>,
    /// Other engines that are not in use.
    idle: Mutex<Vec<Engine>>,
}

impl Engines {
    pub fn new(first: Engine) -> Self {
        Engines {
            first,
            first_in_use: Mutex::default(),
            idle: Mutex::default(),
        }
    }

    /// Renders with an engine in this state, and returns what its functions were asked meanwhile.
    pub fn render<T>(
        &self,
        state: RenderState,
        render: impl FnOnce(&Engine) -> T,
    ) -> (T, BTreeSet<Dependency>) {
        let lock = match self.first_in_use.try_lock() {
            Ok(lock) => Some(lock),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        if lock.is_some() {
            return self.first.render(state, render);
        }
        let idle = self.idle().pop();
        let engine = idle.unwrap_or_else(|| self.first.another());
        let rendered = engine.render(state, render);
        self.idle().push(engine);
        rendered
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Engine>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
