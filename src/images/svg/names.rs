//! The SVG elements and attributes that are published.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Elements that draw, describe or animate something. All others are removed with their contents.
const ELEMENTS: &str = "\
    a altGlyph altGlyphDef altGlyphItem animate animateColor animateMotion animateTransform circle clipPath color- \
    profile defs desc discard ellipse feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix \
    feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR \
    feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight \
    feTile feTurbulence filter flowDiv flowLine flowPara flowRegion flowRoot flowSpan flowTref font g glyph \
    glyphRef hatch hatchpath hkern image line linearGradient mPath marker mask mesh meshgradient meshpatch meshrow \
    mpath path pattern polygon polyline radialGradient rect set solidColor stop style svg switch symbol text \
    textPath title tref tspan use view vkern";

/// The attributes that are published. Values that could load or run something are checked
/// separately.
const ATTRIBUTES: &str = "\
    accent-height accumulate additive alignment-baseline alphabetic amplitude animateColor animateMotion \
    animateTransform arabic-form ascent attributeName attributeType azimuth baseFrequency baseProfile baseline- \
    shift bbox begin bias blend by calcMode cap-height class clip clip-path clip-rule clipPathUnits color color- \
    interpolation color-interpolation-filters color-rendering crossorigin cursor cx cy d descent description \
    diffuseConstant direction display divisor dominant-baseline dur dx dy edgeMode elevation enable-background end \
    exponent externalResourcesRequired fill fill-opacity fill-rule filter filterPrimitiveUnits filterRes \
    filterUnits flood-color flood-opacity font font-family font-feature-settings font-kerning font-size font-size- \
    adjust font-stretch font-style font-variant font-variation-settings font-weight format fr from fx fy g1 g2 \
    glyph-name glyph-orientation-horizontal glyph-orientation-vertical glyphRef gradientTransform gradientUnits \
    hanging height hidden horiz-adv-x horiz-origin-x horiz-origin-y href id ideographic image-rendering in in2 \
    inline-size intercept isolation k k1 k2 k3 k4 kernelMatrix kernelUnitLength kerning keyPoints keySplines \
    keyTimes lang lengthAdjust letter-spacing lighting-color limitingConeAngle line-height local marker-end \
    marker-mid marker-start markerHeight markerUnits markerWidth mask mask-type maskContentUnits maskUnits \
    mathematical max media method min mix-blend-mode mode name numOctaves offset opacity operator order orient \
    orientation origin overflow overline-position overline-thickness paint-order panose-1 path pathLength \
    patternContentUnits patternTransform patternUnits pointer-events points pointsAtX pointsAtY pointsAtZ \
    preserveAlpha preserveAspectRatio primitiveUnits r radius refX refY rel rendering-intent repeatCount repeatDur \
    requiredExtensions requiredFeatures restart result role rotate rx ry scale seed shape-inside shape-margin \
    shape-rendering shape-subtract show side slope solid-color space spacing specularConstant specularExponent \
    spreadMethod startOffset stdDeviation stemh stemv stitchTiles stop-color stop-opacity strikethrough-position \
    strikethrough-thickness string stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin \
    stroke-miterlimit stroke-opacity stroke-width style surfaceScale systemLanguage tabindex tableValues target \
    targetX targetY text-align text-anchor text-decoration text-decoration-color text-decoration-line text- \
    decoration-style text-overflow text-rendering textLength title to transform transform-origin type u1 u2 \
    underline-position underline-thickness unicode unicode-bidi unicode-range units-per-em v-alphabetic v-hanging \
    v-ideographic v-mathematical values vector-effect version vert-adv-y vert-origin-x vert-origin-y viewBox \
    visibility white-space width widths word-spacing writing-mode x x-height x1 x2 xChannelSelector y y1 y2 \
    yChannelSelector z zoomAndPan";

static ELEMENT_NAMES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| ELEMENTS.split_whitespace().collect());
static ATTRIBUTE_NAMES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| ATTRIBUTES.split_whitespace().collect());

pub fn is_element(name: &str) -> bool {
    ELEMENT_NAMES.contains(name)
}

pub fn is_attribute(name: &str) -> bool {
    let is_of_family = |family: &str| {
        name.starts_with(family)
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    ATTRIBUTE_NAMES.contains(name) || is_of_family("aria-") || is_of_family("data-")
}
