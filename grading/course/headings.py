"""Headings of systems' tables in other languages, in the words of the English site.

Moodle (its language packs `moodle`, `grades`, `assign`) and Canvas write their tables in the language of whoever saves
them. What is not known here stays as it is, in small letters.
"""

import re

ENGLISH = {
    "first name": "vorname firstname prénom nombre nome voornaam imię förnamn fornavn",
    "last name": "nachname lastname familienname nom nom_de_famille apellido(s) apellidos cognome sobrenome apelido "
    "achternaam nazwisko efternamn etternavn",
    "full name": "vollständiger_name nom_complet nombre_completo nome_completo nome_cognome volledige_naam",
    "id number": "id-nummer matrikelnummer matrikelnr. matrikelnr matr.-nr. matr.nr. matrikel matriculation "
    "matriculation_number institutional_identifier registration_number numéro_d'identification número_de_id "
    "codice_identificativo número_de_identificação",
    "email address": "e-mail-adresse e-mail_address mail e-mail adresse_de_courriel adresse_e-mail "
    "dirección_de_correo dirección_email correo_electrónico indirizzo_email endereço_de_email e-mailadres",
    "username": "user_name anmeldename benutzername nutzername nutzernamen kennung nom_d'utilisateur "
    "nombre_de_usuario nome_utente nome_de_usuário gebruikersnaam",
    "groups": "gruppen gruppe groupes grupos gruppi groepen",
    "section": "abschnitt sección sezione seção sectie sektion seksjon",
    "identifier": "identifiant identificador identificativo identificatie",
    "grade": "bewertung note calificación valutazione nota cijfer",
    "maximum grade": "bestwertung note_maximale calificación_máxima valutazione_massima nota_máxima maximumcijfer",
    "scale": "skala barème escala scala schaal",
    "grade can be changed": "bewertung_kann_geändert_werden la_note_peut_être_modifiée note_modifiable "
    "la_calificación_puede_ser_cambiada la_valutazione_può_essere_modificata a_nota_pode_ser_alterada "
    "cijfer_kan_gewijzigd_worden",
    "last modified (submission)": "zuletzt_geändert_(abgabe) dernière_modification_(travail_remis) "
    "última_modificación_(entrega) ultima_modifica_(consegna) última_modificação_(envio)",
}
_KNOWN = {other.replace("_", " "): english for english, others in ENGLISH.items() for other in others.split()}
# "Participant" of Moodle's languages as a file's name holds it, without signs: nobody's name (blind marking)
BLIND = set(
    re.findall(
        r"\w+",
        """participant participante partecipante teilnehmer teilnehmerin teilnehmende deelnemer deltaker deltager
        deltagare osallistuja uczestnik účastník účastníčka résztvevő participantul sudionik udeleženec katılımcı
        учасник участник συμμετέχων 参加者 参与者 参與者 참가자 مشارك משתתף""",
    )
)


def english(heading):
    """A heading's names in small letters, in English where they are known in another language."""
    names = [" ".join(cell.strip().strip("\ufeff").casefold().split()) for cell in heading]
    return _canvas(names) or [_KNOWN.get(name.replace("’", "'"), name) for name in names]


def _canvas(names):
    """Canvas's heading in any language: a name, "ID", then what stands in the institution's SIS; else None."""
    sis = [place for place, name in enumerate(names[:6]) if re.search(r"\bsis\b", name)]
    if not sis or names[1:2] != ["id"] or len(sis) > 2 or names[0] == "student":
        return None
    told = [_KNOWN.get(name, name) for name in names]
    told[0], told[sis[-1]] = "student", "sis login id"
    if len(sis) == 2:
        told[sis[0]] = "sis user id"
    return told


def is_blind(name):
    """Whether a name is only the word "Participant", in some language."""
    return re.sub(r"[\W_]", "", name.casefold()) in BLIND


def participant(text):
    """501 of "Participant 501" or "Teilnehmer/in501"; any other text as it is."""
    found = re.fullmatch(r"(\D+?)\s*(\d+)", text.strip())
    return found[2] if found and is_blind(found[1]) else text.strip()
