//! JSON that is built and written once. Text is borrowed where possible, and names keep the order
//! of insertion. See DECISIONS: "Structured data is written in order, from borrowed text".

use std::borrow::Cow;

use serde::{Serialize, Serializer};

/// A JSON value.
pub enum Json<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    Flag(bool),
    List(Vec<Json<'a>>),
    Object(JsonObject<'a>),
    /// A value that a template or a field holds already.
    Value(serde_json::Value),
}

/// A JSON object: names with their values.
#[derive(Default)]
pub struct JsonObject<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> JsonObject<'a> {
    /// An object with this type of schema.org.
    pub fn of_type(schema_type: &'a str) -> Self {
        JsonObject::default().with("@type", schema_type)
    }

    pub fn with(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Json<'a>>) -> Self {
        self.put(name, value);
        self
    }

    /// Sets the value of a name, replacing any value that it has.
    pub fn put(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Json<'a>>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(own, _)| *own == name) {
            Some((_, own)) => *own = value,
            None => self.0.push((name, value)),
        }
    }

    /// Sets the value of a name if there is a value.
    pub fn put_some(&mut self, name: impl Into<Cow<'a, str>>, value: Option<impl Into<Json<'a>>>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }
}

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Self {
        Json::Text(text.into())
    }
}

impl<'a> From<&'a String> for Json<'a> {
    fn from(text: &'a String) -> Self {
        Json::Text(text.into())
    }
}

impl From<String> for Json<'_> {
    fn from(text: String) -> Self {
        Json::Text(text.into())
    }
}

impl From<bool> for Json<'_> {
    fn from(flag: bool) -> Self {
        Json::Flag(flag)
    }
}

impl From<i64> for Json<'_> {
    fn from(number: i64) -> Self {
        Json::Number(number)
    }
}

impl<'a> From<JsonObject<'a>> for Json<'a> {
    fn from(object: JsonObject<'a>) -> Self {
        Json::Object(object)
    }
}

impl<'a> FromIterator<Json<'a>> for Json<'a> {
    fn from_iter<T: IntoIterator<Item = Json<'a>>>(items: T) -> Self {
        Json::List(items.into_iter().collect())
    }
}

impl<'a> FromIterator<JsonObject<'a>> for Json<'a> {
    fn from_iter<T: IntoIterator<Item = JsonObject<'a>>>(items: T) -> Self {
        items.into_iter().map(Json::Object).collect()
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Text(text) => serializer.serialize_str(text),
            Json::Number(number) => serializer.serialize_i64(*number),
            Json::Flag(flag) => serializer.serialize_bool(*flag),
            Json::List(items) => serializer.collect_seq(items),
            Json::Object(object) => object.serialize(serializer),
            Json::Value(value) => value.serialize(serializer),
        }
    }
}

impl Serialize for JsonObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
