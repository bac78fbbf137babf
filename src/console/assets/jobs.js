// One after the other, so that what is scanned while an answer is under way is neither lost nor overtaken.

const WAITING_MOST = 50;

export class Jobs {
  #jobs = [];
  #failed;
  #changed;

  /**
   * `failed(error, job)` is asked after a failure: true where the job is to be done again. `changed` is called when there
   * are more jobs, or fewer.
   */
  constructor({ failed, changed }) {
    this.#failed = failed;
    this.#changed = changed;
  }

  /** How many are not done, the one that is being done among them. */
  get count() {
    return this.#jobs.length;
  }

  /** Does `job` after those that are there; false where there are too many. */
  add(job) {
    if (this.#jobs.length >= WAITING_MOST) return false;
    this.#jobs.push(job);
    this.#changed();
    if (this.#jobs.length === 1) this.#work();
    return true;
  }

  async #work() {
    while (this.#jobs.length > 0) {
      const isAgain = await this.#once(this.#jobs[0]);
      if (isAgain) continue;
      this.#jobs.shift();
      this.#changed();
    }
  }

  async #once(job) {
    try {
      await job();
      return false;
    } catch (error) {
      return this.#failed(error, job);
    }
  }
}
