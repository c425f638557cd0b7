// Whether an address is on this site's host. Scripts never send readers to other hosts or load anything from them.
export function isOwn(address) {
  try { return new URL(address, location.href).origin === location.origin; } catch { return false; }
}

// The reader's choices, stored on this device if the browser allows it.
export function remembered(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch { /* The choice then lasts until the page is closed. */ }
}
