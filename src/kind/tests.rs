//! Tests of `kind`.

use super::*;

fn kind(text: &str) -> (Kind, Vec<Diagnostic>) {
    let path = SourcePath::new("templates/kinds/recipe.yaml").expect("inside");
    let checked = read(&path, text.as_bytes());
    (checked.value.expect("readable"), checked.problems)
}

#[test]
fn types_of_fields() {
    let (kind, problems) = kind(
        "folder: /recipes/\nfields:\n  serves: integer\n  course: {type: {choice: [starter, main]}, required: true, also: [kind_of]}\n  \
         ingredients: [text]\n  steps: [{title: text, minutes: {type: minutes}}]\n  shape: {type: [{type: {type: text}, at: {type: text}}]}\n  \
         cover: {type: {either: [link, {src: link}]}}\n  units: {type: {map_of: text}}\nscaffold: |\n  ---\n  title: {title}\n",
    );
    assert_eq!(problems, Vec::new());
    assert_eq!(
        (kind.name.as_str(), kind.folder.as_deref()),
        ("recipe", Some("recipes"))
    );
    assert_eq!(kind.scaffold, "---\ntitle: {title}\n");
    let types: Vec<String> = kind
        .fields
        .iter()
        .map(|field| format!("{}: {}", field.name, field.kind))
        .collect();
    assert_eq!(
        types,
        [
            "serves: a whole number",
            "course: one of `starter` and `main`",
            "ingredients: a list of text",
            "steps: a list of mappings (`title`, `minutes`)",
            "shape: a list of mappings (`type`, `at`)",
            "cover: a link or a mapping (`src`)",
            "units: a mapping of names to text",
        ]
    );
    assert!(kind.fields[1].is_required);
}

#[test]
fn faults_in_a_kind() {
    let (_, problems) =
        kind("foldr: x\nfields:\n  a: txt\n  b: {type: text, requird: true}\norder: sideways\n");
    let reported: Vec<(u32, u32)> = problems
        .iter()
        .filter_map(|p| p.location.as_ref())
        .map(|place| (place.line, place.column))
        .collect();
    assert_eq!(reported, [(1, 1), (5, 8), (3, 6), (4, 19)], "{problems:#?}");
}

#[test]
fn an_empty_file_is_a_kind_too() {
    let (kind, problems) = kind("");
    assert_eq!((kind.template.as_str(), problems.len()), ("page.html", 0));
    assert_eq!(
        kind.scaffold,
        "---\ntitle: {title}\nsummary:\npublished: {today}\ndraft: true\n---\n\n"
    );
}

#[test]
fn a_page_begins_from_the_fields_where_nothing_else_is_stated() {
    let (kind, _) = kind(
        "fields:\n  serves: {type: integer, required: true, description: For how many}\n  season: text\n",
    );
    assert_eq!(
        kind.scaffold,
        "---\ntitle: {title}\nsummary:\nserves: # For how many\n# season:\npublished: {today}\ndraft: true\n---\n\n"
    );
}
