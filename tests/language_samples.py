"""Sentences as responses have them, in each language that is told."""

from __future__ import annotations

SAMPLES = {
    "en": """The change adds a retry to the client and keeps the interface as it was.
All of the tests pass, and none of them had to be changed for this.
The store now writes to a temporary file first and renames it when it is complete.
There is no risk for the callers, because the function returns the same values as before.
I assume that the configuration is read once, when the process starts.
Nothing else in the module was touched by this prompt.
The second attempt failed because the fixture did not close its file.
It was mended by moving the call into the block that owns the handle.
What remains open is whether the limit should be a setting or a constant.
The next prompt could cover the documentation of the new option.
This section describes which files are in scope and which are not.
We keep the old name for one release so that nobody has to change their code at once.
The error message says what is wrong and what to do about it.
If the queue is full, the request is refused with a status that tells the client to wait.
The report lists every command that was run and how it ended.
Both of the final commands pass after two small corrections.""",
    "it": """La modifica aggiunge un nuovo tentativo al client e mantiene l'interfaccia com'era.
Tutti i test passano e nessuno di essi è stato modificato per questo.
Il modulo ora scrive prima in un file temporaneo e lo rinomina quando è completo.
Non c'è alcun rischio per i chiamanti, perché la funzione restituisce gli stessi valori di prima.
Suppongo che la configurazione venga letta una sola volta, all'avvio del processo.
Nessun'altra parte del modulo è stata toccata da questo prompt.
Il secondo tentativo è fallito perché la fixture non chiudeva il suo file.
È stato corretto spostando la chiamata nel blocco che possiede la risorsa.
Resta da chiarire se il limite debba essere un'impostazione o una costante.
Il prossimo prompt potrebbe coprire la documentazione della nuova opzione.
Questa sezione descrive quali file sono autorizzati e quali non lo sono.
Manteniamo il vecchio nome per una versione, così nessuno deve cambiare subito il proprio codice.
Il messaggio di errore dice che cosa non va e che cosa si deve fare.
Se la coda è piena, la richiesta viene rifiutata con uno stato che invita il client ad aspettare.
Il rapporto elenca ogni comando eseguito e il suo esito, con tutti i tentativi.
Entrambi i comandi finali passano dopo due piccole correzioni.""",
    "de": """Die Änderung fügt dem Client einen neuen Versuch hinzu und lässt die Schnittstelle, wie sie war.
Alle Tests laufen durch, und keiner von ihnen musste dafür geändert werden.
Das Modul schreibt jetzt zuerst in eine temporäre Datei und benennt sie um, wenn sie vollständig ist.
Für die Aufrufer besteht kein Risiko, weil die Funktion dieselben Werte wie vorher liefert.
Ich nehme an, dass die Konfiguration nur einmal gelesen wird, wenn der Prozess startet.
Sonst wurde in diesem Modul nichts durch den Prompt verändert.
Der zweite Versuch ist gescheitert, weil die Vorrichtung ihre Datei nicht geschlossen hat.
Das wurde behoben, indem der Aufruf in den Block kam, dem die Ressource gehört.
Offen bleibt, ob die Grenze eine Einstellung oder eine Konstante sein soll.
Der nächste Prompt könnte die Dokumentation der neuen Option abdecken.
Dieser Abschnitt beschreibt, welche Dateien erlaubt sind und welche nicht.
Wir behalten den alten Namen noch für eine Version, damit niemand seinen Code sofort ändern muss.
Die Fehlermeldung sagt, was falsch ist und was man dagegen tun kann.
Wenn die Schlange voll ist, wird die Anfrage mit einem Status abgelehnt, der zum Warten auffordert.
Der Bericht nennt jeden Befehl, der gelaufen ist, und wie er ausging.
Beide Befehle am Ende sind nach zwei kleinen Korrekturen in Ordnung.""",
    "fr": """La modification ajoute un nouvel essai au client et garde l'interface telle qu'elle était.
Tous les tests passent, et aucun d'entre eux n'a été modifié pour cela.
Le module écrit maintenant d'abord dans un fichier temporaire et le renomme quand il est complet.
Il n'y a pas de risque pour les appelants, car la fonction rend les mêmes valeurs qu'avant.
Je suppose que la configuration est lue une seule fois, au démarrage du processus.
Rien d'autre dans ce module n'a été touché par cette demande.
Le deuxième essai a échoué parce que la fixture ne fermait pas son fichier.
Cela a été corrigé en déplaçant l'appel dans le bloc qui possède la ressource.
Il reste à savoir si la limite doit être un réglage ou une constante.
La prochaine demande pourrait couvrir la documentation de la nouvelle option.
Cette section décrit quels fichiers sont permis et lesquels ne le sont pas.
Nous gardons l'ancien nom pour une version, afin que personne ne doive changer son code aussitôt.
Le message d'erreur dit ce qui ne va pas et ce qu'il faut faire.
Si la file est pleine, la requête est refusée avec un état qui invite le client à attendre.
Le rapport donne chaque commande qui a été lancée et son résultat.
Les deux commandes finales passent après deux petites corrections.""",
    "es": """El cambio añade un nuevo intento al cliente y mantiene la interfaz como estaba.
Todas las pruebas pasan y ninguna de ellas tuvo que cambiarse por esto.
El módulo escribe ahora primero en un archivo temporal y lo renombra cuando está completo.
No hay ningún riesgo para los llamadores, porque la función devuelve los mismos valores que antes.
Supongo que la configuración se lee una sola vez, cuando arranca el proceso.
Nada más en este módulo fue tocado por la petición.
El segundo intento falló porque el accesorio no cerraba su archivo.
Se corrigió al mover la llamada al bloque que es dueño del recurso.
Queda por saber si el límite debe ser un ajuste o una constante.
La próxima petición podría cubrir la documentación de la nueva opción.
Esta sección describe qué archivos están permitidos y cuáles no lo están.
Mantenemos el nombre antiguo por una versión para que nadie deba cambiar su código enseguida.
El mensaje de error dice lo que está mal y lo que se debe hacer.
Si la cola está llena, la solicitud es rechazada con un estado que invita al cliente a esperar.
El informe nombra cada orden que se ejecutó y su resultado.
Las dos órdenes finales pasan después de dos pequeñas correcciones.""",
    "pt": """A mudança acrescenta uma nova tentativa ao cliente e mantém a interface como era.
Todos os testes passam e nenhum deles teve de ser mudado por isso.
O módulo escreve agora primeiro em um arquivo temporário e muda o nome quando está completo.
Não há nenhum risco para os chamadores, porque a função devolve os mesmos valores que antes.
Suponho que a configuração é lida uma só vez, quando o processo começa.
Nada mais neste módulo foi tocado pelo pedido.
A segunda tentativa falhou porque a função não fechava o seu arquivo.
Isso foi corrigido ao mover a chamada para o bloco que é dono do recurso.
Falta saber se o limite deve ser um ajuste ou uma constante.
O próximo pedido poderia cobrir a documentação da nova opção.
Esta seção descreve quais arquivos são permitidos e quais não são.
Mantemos o nome antigo por uma versão para que ninguém tenha de mudar o seu código já.
A mensagem de erro diz o que está errado e o que se deve fazer.
Se a fila está cheia, o pedido é recusado com um estado que convida o cliente a esperar.
O relatório nomeia cada comando que foi executado e o seu resultado.
Os dois comandos finais passam depois de duas pequenas correções.""",
    "nl": """De wijziging voegt een nieuwe poging toe aan de client en laat de interface zoals die was.
Alle tests slagen, en geen van deze tests moest hiervoor worden veranderd.
De module schrijft nu eerst naar een tijdelijk bestand en hernoemt het als het volledig is.
Er is geen risico voor de aanroepers, omdat de functie dezelfde waarden geeft als voorheen.
Ik neem aan dat de instellingen maar één keer worden gelezen, als het proces start.
Verder is er in deze module niets door de prompt aangeraakt.
De tweede poging mislukte omdat de opstelling haar bestand niet sloot.
Dat is verholpen door de aanroep te verplaatsen naar het blok dat de bron bezit.
Het is nog open of de grens een instelling of een constante moet zijn.
De volgende prompt zou de documentatie van de nieuwe optie kunnen dekken.
Dit deel beschrijft welke bestanden zijn toegestaan en welke niet.
We houden de oude naam nog een versie aan, zodat niemand zijn code meteen moet veranderen.
De foutmelding zegt wat er mis is en wat je eraan kunt doen.
Als de wachtrij vol is, wordt het verzoek geweigerd met een status die vraagt om te wachten.
Het rapport noemt elk commando dat werd uitgevoerd en hoe het afliep.
De beide laatste commando's slagen na twee kleine correcties.""",
}
