/** Every family of ops; importing this fills the table. */
import './activation';
import './arithmetic';
import './create';
import './view';
import './part';
import './shape';
