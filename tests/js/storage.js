/** Browser storage that outlives a page. */
export class Storage {
  items = new Map();
  #names = null;
  get length() {
    return this.items.size;
  }
  key = (index) => (this.#names ??= [...this.items.keys()])[index];
  getItem = (key) => this.items.get(key);
  setItem = (key, value) => {
    this.#names = null;
    this.items.set(key, value);
  };
  removeItem = (key) => {
    this.#names = null;
    this.items.delete(key);
  };
}
